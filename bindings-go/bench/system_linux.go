package main

import (
	"os"
	"syscall"
)

const directFlag = syscall.O_DIRECT

// threadCount counts the threads of the process, those of the kernel's own for io_uring among them.
func threadCount() int {
	entries, _ := os.ReadDir("/proc/self/task")
	return len(entries)
}

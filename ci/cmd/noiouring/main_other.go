//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "noiouring: io_uring and seccomp exist on Linux only")
	os.Exit(125)
}

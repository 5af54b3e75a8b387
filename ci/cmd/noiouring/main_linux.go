// Command noiouring runs a program in which io_uring is forbidden, as it is in most containers: a seccomp filter
// answers its three system calls with an error. It needs no privilege, and the filter holds for all that the program
// starts.
//
//	noiouring [-errno EPERM|ENOSYS] program [argument …]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	answer := flag.String("errno", "EPERM", "what the system calls answer: EPERM, as Docker's profile, or ENOSYS")
	flag.Parse()
	if err := run(*answer, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "noiouring:", err)
		os.Exit(125)
	}
}

func run(answer string, program []string) error {
	errno := map[string]unix.Errno{"EPERM": unix.EPERM, "ENOSYS": unix.ENOSYS}[answer]
	if errno == 0 || len(program) == 0 {
		return fmt.Errorf("usage: noiouring [-errno EPERM|ENOSYS] program [argument …]")
	}
	path, err := exec.LookPath(program[0])
	if err != nil {
		return err
	}
	// A filter belongs to a thread, and exec keeps that of the thread which calls it.
	runtime.LockOSThread()
	if err := forbid(errno); err != nil {
		return err
	}
	return unix.Exec(path, program, os.Environ())
}

// forbid installs the filter. The system call numbers are the same on every architecture, being newer than their
// unification, so the filter need not look at the architecture.
func forbid(errno unix.Errno) error {
	const (
		numberAt = 0 // offset of the number in struct seccomp_data
		allow    = 0x7fff0000
		fail     = 0x00050000
	)
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: numberAt},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: unix.SYS_IO_URING_SETUP, Jt: 0, Jf: 2},
		{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, K: unix.SYS_IO_URING_REGISTER, Jt: 1, Jf: 0},
		{Code: unix.BPF_RET | unix.BPF_K, K: fail | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: allow},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	_, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	runtime.KeepAlive(filter)
	if e != 0 {
		return fmt.Errorf("seccomp: %w", e)
	}
	return nil
}

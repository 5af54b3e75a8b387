// Command noiouring runs a program with io_uring forbidden, as containers forbid it: the three system calls fail with
// EPERM (default) or ENOSYS. It needs no privileges, and touches nothing but the program it runs.
//
//	go run ./ci/cmd/noiouring [-errno EPERM|ENOSYS] [--] program [arguments]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	name := flag.String("errno", "EPERM", "how the calls fail: EPERM (a container's filter) or ENOSYS (an old kernel)")
	flag.Parse()
	errno, known := map[string]syscall.Errno{"EPERM": syscall.EPERM, "ENOSYS": syscall.ENOSYS}[*name]
	if !known || flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: noiouring [-errno EPERM|ENOSYS] [--] program [arguments]")
		os.Exit(2)
	}
	if err := run(errno, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "noiouring:", err)
		os.Exit(127)
	}
}

// run replaces this process by the program.
func run(errno syscall.Errno, arguments []string) error {
	path, err := exec.LookPath(arguments[0])
	if err != nil {
		return err
	}
	// The filter belongs to the thread; exec keeps the one that calls it.
	runtime.LockOSThread()
	if err := forbid(errno); err != nil {
		return err
	}
	return syscall.Exec(path, arguments, os.Environ())
}

// From include/uapi/linux: seccomp.h, prctl.h, filter.h.
const (
	setNoNewPrivileges = 38
	setSeccomp         = 22
	modeFilter         = 2
	returnAllow        = 0x7fff0000
	returnErrno        = 0x00050000

	loadWord    = 0x20 // BPF_LD | BPF_W | BPF_ABS
	jumpAtLeast = 0x35 // BPF_JMP | BPF_JGE | BPF_K
	answer      = 0x06 // BPF_RET | BPF_K
)

// instruction is struct sock_filter, program is struct sock_fprog.
type instruction struct {
	code      uint16
	yes, no   uint8
	parameter uint32
}

type program struct {
	count        uint16
	instructions *instruction
}

// The numbers of io_uring_setup, _enter and _register, the same on every architecture.
const firstCall, lastCall = 425, 427

func forbid(errno syscall.Errno) error {
	filter := [...]instruction{
		{code: loadWord, parameter: 0}, // the number of the call
		{code: jumpAtLeast, yes: 0, no: 2, parameter: firstCall},
		{code: jumpAtLeast, yes: 1, no: 0, parameter: lastCall + 1},
		{code: answer, parameter: returnErrno | uint32(errno)},
		{code: answer, parameter: returnAllow},
	}
	if _, _, failure := syscall.RawSyscall6(syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0, 0, 0, 0); failure != 0 {
		return fmt.Errorf("no_new_privs: %w", failure)
	}
	p := program{count: uint16(len(filter)), instructions: &filter[0]}
	_, _, failure := syscall.RawSyscall(syscall.SYS_PRCTL, setSeccomp, modeFilter, uintptr(unsafe.Pointer(&p)))
	if failure != 0 {
		return fmt.Errorf("seccomp: %w", failure)
	}
	return nil
}

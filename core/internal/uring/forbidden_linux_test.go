//go:build linux && !(386 || arm || mips || mipsle)

package uring_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// insideVariable tells the test binary, run again, that it is to forbid io_uring to itself, and with which errno.
const insideVariable = "AYAFILEIO_TEST_FORBID"

// TestForbidden: where a filter forbids io_uring the error says so. The filter cannot be taken off again, so it is set in
// a process of its own; no fork is involved that Go does not survive.
func TestForbidden(t *testing.T) {
	if number := os.Getenv(insideVariable); number != "" {
		errno, _ := strconv.Atoi(number)
		forbidCalls(t, syscall.Errno(errno))
		_, err := uring.Open(uring.Options{})
		var refused *uring.Unavailable
		if !errors.As(err, &refused) || refused.Errno != syscall.Errno(errno) {
			t.Fatalf("Open: %v", err)
		}
		if !errors.Is(err, syscall.Errno(errno)) {
			t.Error("the errno is not wrapped")
		}
		t.Logf("reason: %v", err)
		return
	}
	for errno, word := range map[syscall.Errno]string{unix.EPERM: "forbidden", unix.ENOSYS: "does not have io_uring"} {
		command := exec.Command(os.Args[0], "-test.run=^TestForbidden$", "-test.v")
		command.Env = append(os.Environ(), insideVariable+"="+strconv.Itoa(int(errno)))
		out, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "reason: io_uring_setup: ") || !strings.Contains(string(out), word) {
			t.Errorf("%v: %v\n%s", errno, err, out)
		}
	}
}

// forbidCalls makes the three system calls of io_uring fail for every thread of this process.
func forbidCalls(t *testing.T, errno syscall.Errno) {
	t.Helper()
	const first, last = unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_REGISTER
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, Jf: 2, K: first},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, Jt: 1, K: last + 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// no_new_privs is per thread, and TSYNC passes the filter, and with it this, to the others.
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Skipf("no_new_privs: %v", err)
	}
	_, _, failure := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if failure != 0 {
		t.Skipf("seccomp: %v", failure)
	}
}

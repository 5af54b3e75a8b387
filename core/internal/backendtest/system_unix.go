//go:build unix

package backendtest

import (
	"os"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

const (
	eEXIST       = syscall.EEXIST
	eNOTDIR      = syscall.ENOTDIR
	eNAMETOOLONG = syscall.ENAMETOOLONG
	eFAULT       = syscall.EFAULT
	eNoName      = syscall.ENOENT
	eNotWritable = syscall.EBADF

	eNotTruncatable = syscall.EINVAL

	oddName  = "naïve \xff"
	modeBits = 0o777
)

func appendsAtomically() bool { return true }

// onWine is for Windows.
var onWine map[string]sys.Errno

// longMemory is memory to name with a very long length. It is not that long itself: the kernel looks at what it fills.
func longMemory(testing.TB) unsafe.Pointer { return pointer(make([]byte, 1000)) }

// systemErrors are the errors that only this kind of system has.
func systemErrors(t testing.TB) []errorTest {
	full, _ := sys.Open(cPath("/dev/full"), sys.OpenWrite, 0)
	t.Cleanup(func() { sys.Close(full) })
	readable, _ := pipe(t)
	return []errorTest{
		{"write to a full device", write(full, make([]byte, 10), 0), sys.ENOSPC},
		{"sync of a pipe", &backend.Request{Op: backend.OpSync, FD: readable}, sys.EINVAL},
	}
}

func pipe(t testing.TB) (readable, writable sys.FD) {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	for _, fd := range ends {
		unix.CloseOnExec(fd)
		t.Cleanup(func() { unix.Close(fd) })
	}
	return sys.FD(ends[0]), sys.FD(ends[1])
}

func fifo(t testing.TB, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o666); err != nil {
		t.Fatal(err)
	}
}

// pollReadable tells whether the descriptor becomes readable in time, as an event loop sees it.
func pollReadable(fd int, patience time.Duration) bool {
	deadline := time.Now().Add(patience)
	for {
		left := max(time.Until(deadline), 0)
		count, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left/time.Millisecond))
		if err == nil {
			return count > 0
		}
		if err != unix.EINTR {
			return false
		}
	}
}

// openDescriptors counts the descriptors of the process; -1 where that cannot be told.
func openDescriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

func duplicate(t testing.TB, fd sys.FD) sys.FD {
	t.Helper()
	twin, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return sys.FD(twin)
}

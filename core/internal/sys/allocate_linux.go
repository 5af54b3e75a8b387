//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Allocate reserves room for a range and grows the file to its end. EOPNOTSUPP where the file system cannot.
func Allocate(fd FD, offset, length int64) Errno {
	_, _, errno := syscall.Syscall6(unix.SYS_FALLOCATE, uintptr(fd), 0, uintptr(offset), uintptr(length), 0, 0)
	return errno
}

//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// PunchHole gives the room of a range back to the device. EOPNOTSUPP where the file system cannot.
func PunchHole(fd FD, offset, length int64) Errno {
	const mode = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	_, _, errno := syscall.Syscall6(unix.SYS_FALLOCATE, uintptr(fd), mode, uintptr(offset), uintptr(length), 0, 0)
	return errno
}

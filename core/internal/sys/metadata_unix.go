//go:build unix

package sys

import "syscall"

// Chmod sets the permission bits.
func Chmod(fd FD, mode uint32) Errno { return errnoIn(syscall.Fchmod(int(fd), mode)) }

// Chown sets owner and group; 0xffffffff leaves one as it is.
func Chown(fd FD, uid, gid uint32) Errno {
	return errnoIn(syscall.Fchown(int(fd), int(int32(uid)), int(int32(gid))))
}

func errnoIn(err error) Errno {
	errno, _ := err.(syscall.Errno)
	return errno
}

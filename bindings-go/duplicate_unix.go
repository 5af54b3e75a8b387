//go:build unix

package ayafileio

import "golang.org/x/sys/unix"

func duplicate(fd uintptr) (uintptr, error) {
	copied, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	return uintptr(copied), err
}

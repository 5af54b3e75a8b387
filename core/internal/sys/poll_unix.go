//go:build unix

package sys

import "golang.org/x/sys/unix"

// PollRead waits until fd is readable or timeoutMS (negative: no limit) have passed.
func PollRead(fd FD, timeoutMS int) (ready bool, errno Errno) {
	return poll(fd, unix.POLLIN, timeoutMS)
}

// WaitReady waits until a descriptor in non-blocking mode can be read or written.
func WaitReady(fd FD, write bool, timeoutMS int) Errno {
	events := int16(unix.POLLIN)
	if write {
		events = unix.POLLOUT
	}
	_, errno := poll(fd, events, timeoutMS)
	return errno
}

func poll(fd FD, events int16, timeoutMS int) (bool, Errno) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	n, err := unix.Poll(fds[:], timeoutMS)
	if errno, failed := err.(Errno); failed && errno != EINTR {
		return false, errno
	}
	return n > 0, 0
}

// Offset is the descriptor's own position; it is not moved.
func Offset(fd FD) (int64, Errno) {
	offset, err := unix.Seek(int(fd), 0, 1)
	if errno, failed := err.(Errno); failed {
		return 0, errno
	}
	return offset, 0
}

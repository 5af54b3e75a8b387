package sys

import "golang.org/x/sys/windows"

// PollRead: there are no descriptors to watch on Windows; queues wait on their port instead.
func PollRead(FD, int) (bool, Errno) { return false, ENOTSUP }

// WaitReady: handles have no non-blocking mode on Windows, so a transfer never asks for this.
func WaitReady(FD, bool, int) Errno { return ENOTSUP }

// Offset is the handle's own position; it is not moved.
func Offset(fd FD) (int64, Errno) {
	offset, err := windows.Seek(windows.Handle(fd), 0, 1)
	if errno, failed := err.(Errno); failed {
		return 0, errno
	}
	return offset, 0
}

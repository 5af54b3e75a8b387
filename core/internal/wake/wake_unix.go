//go:build unix

package wake

import (
	"time"

	"github.com/ayafileio/ayafileio/core/internal/sys"
	"golang.org/x/sys/unix"
)

// Event is a latch. Set may be called from any thread until Close; the rest belongs to its owner.
type Event struct {
	readable, writable int // equal for an eventfd
}

// FD is readable while the latch is set.
func (e *Event) FD() int { return e.readable }

// Wait blocks until the latch is set or the timeout passes, and tells which.
func (e *Event) Wait(timeout time.Duration) bool { return Readable(e.readable, timeout) }

// Readable blocks until the descriptor is readable or the timeout passes. Signals do not shorten the wait.
func Readable(fd int, timeout time.Duration) bool {
	var deadline time.Time
	milliseconds := -1
	if timeout >= 0 {
		deadline = time.Now().Add(timeout)
	}
	for {
		if timeout >= 0 {
			// Rounded up: waking a fraction too early would make the caller spin through the rest.
			left := max(time.Until(deadline), 0) + time.Millisecond - 1
			milliseconds = int(min(left/time.Millisecond, 1<<30))
		}
		watched := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		count, err := unix.Poll(watched[:], milliseconds)
		if err == nil && (count > 0 || timeout < 0 || !time.Now().Before(deadline)) {
			return count > 0
		}
		if err != nil && err != unix.EINTR {
			return false
		}
	}
}

// Close releases the descriptors.
func (e *Event) Close() {
	unix.Close(e.readable)
	if e.writable != e.readable {
		unix.Close(e.writable)
	}
	e.readable, e.writable = -1, -1
}

func errnoOf(err error) sys.Errno {
	if errno, ok := err.(sys.Errno); ok {
		return errno
	}
	return sys.EIO
}

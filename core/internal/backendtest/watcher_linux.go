package backendtest

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// newWatcher registers the descriptor once and for all, as an event loop does; what it returns waits for readability.
func newWatcher(t testing.TB, fd int) func(patience time.Duration) bool {
	t.Helper()
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(set) })
	if err := unix.EpollCtl(set, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}); err != nil {
		t.Fatal(err)
	}
	return func(patience time.Duration) bool {
		deadline := time.Now().Add(patience)
		for {
			var events [1]unix.EpollEvent
			left := max(time.Until(deadline), 0)
			count, err := unix.EpollWait(set, events[:], int(left/time.Millisecond))
			if err != unix.EINTR {
				return err == nil && count > 0
			}
		}
	}
}

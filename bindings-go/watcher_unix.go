//go:build unix

package ayafileio

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core"
)

// watcher reaps a shard when its queue's descriptor becomes readable. The runtime's own poller watches it, as it does
// sockets: a goroutine is parked for each queue, and no thread.
type watcher struct {
	file  *os.File
	ended chan struct{}
}

// start watches a duplicate of the descriptor: os.File closes what it is given, and the queue closes its own.
func (w *watcher) start(s *shard) core.Error {
	fd, err := unix.FcntlInt(uintptr(s.queue.FD()), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return core.EMFILE
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return core.ENOTSUP
	}
	w.file = os.NewFile(uintptr(fd), "queue")
	descriptor, err := w.file.SyscallConn()
	if err != nil {
		w.file.Close()
		return core.ENOTSUP
	}
	w.ended = make(chan struct{})
	go func() {
		defer close(w.ended)
		// The function is called again each time the descriptor has become readable, until the file is closed.
		// What became so between a reap and the next wait is not lost: the poller remembers it.
		descriptor.Read(func(uintptr) bool {
			s.mu.Lock()
			s.turn()
			return false
		})
	}()
	return core.EOK
}

func (w *watcher) stop() {
	w.file.Close()
	<-w.ended
}

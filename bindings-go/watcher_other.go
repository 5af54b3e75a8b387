//go:build !unix

package ayafileio

import (
	"sync/atomic"
	"time"

	"github.com/ayafileio/ayafileio/core"
)

// watcher reaps a shard where a queue has no descriptor. The queue's own latch is a channel here, so waiting for it
// parks a goroutine and blocks no thread.
type watcher struct {
	shard   *shard
	stopped atomic.Bool
	ended   chan struct{}
}

func (w *watcher) start(s *shard) core.Error {
	w.shard, w.ended = s, make(chan struct{})
	go func() {
		defer close(w.ended)
		for !w.stopped.Load() {
			s.queue.Wait(time.Minute)
			s.mu.Lock()
			s.turn()
		}
	}()
	return core.EOK
}

func (w *watcher) stop() {
	w.stopped.Store(true)
	w.shard.queue.Wake()
	<-w.ended
}

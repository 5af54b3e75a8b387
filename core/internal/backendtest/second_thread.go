package backendtest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Where there is no descriptor a second thread waits while the owner submits and reaps. Nothing is lost between the two,
// and the waiting thread is let go when the backend is closed.
func testSecondThreadWaits(t *testing.T, s Subject) {
	d := start(t, s)
	if d.FD() >= 0 {
		t.Skip("hosts of this system watch the descriptor instead")
	}
	readable, writable := pipe(t)
	fd := patternFile(t, TempDir(t), 1<<16, sys.OpenRead)
	woken := make(chan struct{}, 1)
	var closed atomic.Bool
	left := make(chan struct{})
	other := d.Backend
	go func() {
		defer close(left)
		for !closed.Load() {
			other.Wait(-1)
			select {
			case woken <- struct{}{}:
			default:
			}
		}
	}()
	const rounds = 300
	for round := range rounds {
		batch := 1 + round%9
		for i := range batch {
			switch (round + i) % 3 {
			case 0:
				d.Submit(read(fd, make([]byte, 10), int64(i)))
			case 1:
				d.Submit(&backend.Request{Op: backend.OpCall, Call: func(r *backend.Request) { r.Result = 10 }})
			default:
				r := read(readable, make([]byte, 10), -1)
				d.Submit(r)
			}
		}
		d.Flush()
		go func() {
			text := make([]byte, 10)
			for i := range batch {
				if (round+i)%3 == 2 {
					sys.Pwrite(writable, pointer(text), 10, -1)
				}
			}
		}()
		for got := 0; got < batch; {
			// Flush may have finished some itself; for the rest only the other thread says when to look.
			n := d.Reap(d.out)
			for _, r := range d.out[:n] {
				if r.Errno != 0 || r.Result != 10 {
					t.Fatalf("%d, %v", r.Result, r.Errno)
				}
			}
			got += n
			if n > 0 || got == batch {
				continue
			}
			select {
			case <-woken:
			case <-time.After(patience):
				t.Fatalf("round %d: not woken with %d of %d outstanding", round, batch-got, batch)
			}
		}
	}
	closed.Store(true)
	d.Backend = nil
	other.Close()
	select {
	case <-left:
	case <-time.After(patience):
		t.Fatal("the waiting thread is still there")
	}
}

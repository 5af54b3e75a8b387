package core

import (
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// interrupted runs something at the start of its next Reap, where another thread might be as fast.
type interrupted struct {
	backend.Backend
	by func()
}

func (b *interrupted) Reap(out []*backend.Request) int {
	if by := b.by; by != nil {
		b.by = nil
		by()
	}
	return b.Backend.Reap(out)
}

// What another thread posts while the queue is being reaped is not forgotten, although the reaping takes the wake-up
// back that came with it.
func TestPostedWhileReaping(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		q, ran := h.q, false
		q.mu.Lock()
		o := q.newOp(nil, nil)
		o.resume = func(o *op) {
			ran = true
			q.recycle(o)
		}
		q.backend = &interrupted{q.backend, func() { q.post(o) }}
		q.mu.Unlock()
		q.Flush() // here it is posted
		for deadline := time.Now().Add(2 * time.Second); !ran; q.Flush() {
			if time.Now().After(deadline) {
				t.Fatal("posted and forgotten")
			}
			q.Wait(time.Until(deadline))
		}
	})
}

// A thread that waits for a queue which is closed meanwhile is let go.
func TestClosedWhileWaiting(t *testing.T) {
	q, err := OpenQueue()
	if err != EOK {
		t.Fatal(err)
	}
	if q.FD() >= 0 {
		q.Close()
		t.Skip("hosts of this system watch the descriptor instead")
	}
	left := make(chan struct{})
	go func() {
		defer close(left)
		for range 3 {
			q.Wait(-1)
		}
	}()
	time.Sleep(20 * time.Millisecond)
	q.Close()
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the thread still waits")
	}
}

// A wait that ends without anything to reap says so.
func TestWaitTellsItsDeadline(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		for range 10 {
			h.q.Flush() // wake-ups that nobody asked for are allowed
			begin := time.Now()
			if !h.q.Wait(30 * time.Millisecond) {
				if took := time.Since(begin); took < 30*time.Millisecond {
					t.Fatalf("the deadline came after %v", took)
				}
				return
			}
		}
		t.Fatal("there always is something")
	})
}

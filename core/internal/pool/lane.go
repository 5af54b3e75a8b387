package pool

import (
	"sync"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Lane is one backend instance's way to the workers: requests go in in order, finished ones come out in a list. Any
// backend can have one for what its own system cannot do. All methods belong to the owner's thread; only carryOut runs
// on workers.
type Lane struct {
	// notify is called once per batch, when there is something to collect; mostly on a worker's thread. It runs
	// under the lane's lock, so it is never called after Close has returned, and must not block.
	notify func()

	staged    List // submitted, not flushed: the owner's alone
	inFlight  int  // submitted, not collected: the owner's alone
	cancelled bool // some queued request is doomed: the owner's alone

	// Under the crew's lock.
	next   *Lane // in the crew's ring; nil when not in it
	queued List

	// Under mu.
	mu       sync.Mutex
	finished List
	notified bool
	closed   bool
}

// What Request.Slot says while a lane holds the request. Under the crew's lock.
const (
	slotQueued = iota + 1 // waiting for a worker
	slotTaken             // a worker has it, or had it
	slotParked            // a stream that is not ready: the watch has it
	slotDoomed            // cancelled while it was one of the above
)

// NewLane makes a lane that reports through notify.
func NewLane(notify func()) *Lane { return &Lane{notify: notify} }

// Submit accepts a request. No worker sees it before Flush.
func (l *Lane) Submit(r *backend.Request) {
	r.Slot = slotQueued
	l.inFlight++
	l.staged.Push(r)
}

// Flush hands what was submitted to the workers.
func (l *Lane) Flush() {
	if l.staged.Empty() {
		return
	}
	shared.mu.Lock()
	l.queued.PushList(&l.staged)
	shared.attach(l)
	shared.rouse()
	shared.mu.Unlock()
}

// Cancel gives a request up that no worker has begun, or that waits for a stream; a later Collect returns it with
// ECANCELED. One that is running finishes: a blocking system call cannot be taken back safely.
func (l *Lane) Cancel(r *backend.Request) {
	if r.Op == backend.OpClose {
		return // a close that did not happen would leak the descriptor
	}
	l.Flush()
	shared.mu.Lock()
	was := r.Slot
	r.Slot = slotDoomed
	if was == slotParked {
		shared.unwatch()
	}
	shared.mu.Unlock()
	if was != slotQueued {
		return
	}
	// Only marked here and taken out of the queue by Collect, for all at once: to search the queue for each would
	// take quadratic time when thousands are cancelled together.
	l.cancelled = true
	l.mu.Lock()
	l.signal()
	l.mu.Unlock()
}

// sweep finishes the cancelled requests that no worker has met yet.
func (l *Lane) sweep() {
	l.cancelled = false
	var kept, cancelled List
	shared.mu.Lock()
	for r := l.queued.Pop(); r != nil; r = l.queued.Pop() {
		if r.Slot == slotDoomed {
			r.Slot = slotTaken
			cancelled.Push(r)
		} else {
			kept.Push(r)
		}
	}
	l.queued = kept
	shared.mu.Unlock()
	for r := cancelled.Pop(); r != nil; r = cancelled.Pop() {
		Finish(r, sys.ECANCELED)
		l.deliver(r)
	}
}

// carryOut runs on a worker.
func (l *Lane) carryOut(r *backend.Request, cancelled bool) {
	switch {
	case cancelled:
		Finish(r, sys.ECANCELED)
	case r.Offset == -1 && (r.Op == backend.OpRead || r.Op == backend.OpWrite):
		if !tryStream(r) {
			if shared.park(l, r) {
				return
			}
			Execute(r)
		}
	default:
		Execute(r)
	}
	l.deliver(r)
}

func (l *Lane) deliver(r *backend.Request) {
	l.mu.Lock()
	l.finished.Push(r)
	l.signal()
	l.mu.Unlock()
}

func (l *Lane) signal() {
	if !l.notified && !l.closed {
		l.notified = true
		l.notify()
	}
}

// Collect moves everything finished to the end of out. Then reset, if not nil, runs under the lock that notify runs
// under: it may take back what notify did, knowing that a later batch calls notify again.
func (l *Lane) Collect(out *List, reset func()) {
	if l.cancelled {
		l.sweep()
	}
	l.mu.Lock()
	l.inFlight -= l.finished.Len()
	out.PushList(&l.finished)
	l.notified = false
	if reset != nil {
		reset()
	}
	l.mu.Unlock()
}

// InFlight counts the requests submitted and not collected.
func (l *Lane) InFlight() int { return l.inFlight }

// Close ends the lane; notify is not called any more. Requires InFlight() == 0.
func (l *Lane) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
}

package core

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Queue belongs to one event loop and owns one backend instance. One thread at a time uses it; the lock turns a
// mistake there into waiting instead of corruption, and is never contended otherwise.
type Queue struct {
	mu      sync.Mutex
	backend backend.Backend
	reason  string // why it is not the preferred backend; empty when it is

	handle     uint64
	index      uint32
	generation atomic.Uint32
	poisoned   atomic.Bool

	ops  []*op // by index; an op is never freed, only reused
	free *op
	live int // ops given out and not yet back

	staged         bool // something was submitted since the last flush
	completed      *op
	completedTail  *op
	completedCount int

	// inbox holds operations that another thread made runnable.
	inboxMu   sync.Mutex
	inbox     *op
	inboxTail *op

	batch   [reapBatch]*backend.Request
	bounces bouncePool
}

// reapBatch is how many requests are taken from the backend at a time; a constant because the array is part of Queue.
const reapBatch = 256

var queues table[Queue]

// OpenQueue starts a queue on the best backend that works here.
func OpenQueue() (*Queue, Error) { return openQueue(false) }

// OpenSharedQueue is OpenQueue for a host without event loops, whose threads take turns in using the queue. They see to
// it that there is one at a time.
func OpenSharedQueue() (*Queue, Error) { return openQueue(true) }

func openQueue(shared bool) (*Queue, Error) {
	b, reason, err := selectBackend(shared)
	if err != EOK {
		return nil, err
	}
	q := queues.take(func(index uint32) *Queue { return &Queue{index: index} })
	q.mu.Lock()
	defer q.mu.Unlock()
	q.backend, q.reason = b, reason
	q.poisoned.Store(false)
	generation := q.generation.Add(1)
	q.handle = handleOf(q.index, generation)
	return q, EOK
}

// LookupQueue finds an open queue by its handle.
func LookupQueue(handle uint64) (*Queue, Error) {
	q := queues.get(handle)
	if q == nil || q.generation.Load() != uint32(handle>>32) {
		return nil, ESTALE_HANDLE
	}
	if q.poisoned.Load() {
		return nil, EPOISONED
	}
	return q, EOK
}

// Handle is the queue's number in the C ABI.
func (q *Queue) Handle() uint64 { return q.handle }

// FD is readable while completions wait; -1 where the system has no such descriptor.
func (q *Queue) FD() int { return q.backend.FD() }

// Poison marks the queue as unusable after a panic: its state is unknown, so every later call on it fails.
func (q *Queue) Poison() { q.poisoned.Store(true) }

// Submit accepts one operation. q may be nil: then only what can be done at once is done, and StatusWouldWait says
// that nothing was started.
func Submit(q *Queue, s *Submission, c *Completion) Status {
	if q == nil {
		return dispatched(nil, s, c)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	idle := q.live == 0
	status := dispatched(q, s, c)
	if status != StatusPending {
		if status == StatusDone && q.staged {
			c.Flags |= CompletionStaged // a push that nobody waits for
		}
		return status
	}
	// Alone in flight: hand it over at once. What the kernel could do immediately is then done already.
	o := q.ops[uint32(c.Token)]
	if idle && q.staged {
		q.flush()
	}
	if o.phase == phaseCompleted && q.completed == o && q.completedTail == o {
		q.completed, q.completedTail, q.completedCount = nil, nil, 0
		o.fill(c)
		q.recycle(o)
		return StatusDone
	}
	if q.staged || q.completed != nil {
		c.Flags |= CompletionStaged
	}
	return StatusPending
}

// Flush hands what is staged to the kernel and returns how many completions can be reaped now.
func (q *Queue) Flush() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flush()
	return q.completedCount
}

// flush loops because taking a result can stage the next step of its operation.
func (q *Queue) flush() {
	for {
		if q.staged {
			q.staged = false
			q.backend.Flush()
		}
		q.collect()
		if !q.staged {
			return
		}
	}
}

// Reap stores finished operations and returns their number. Fewer than len(out) means that no more are finished.
func (q *Queue) Reap(out []Completion) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flush()
	n := 0
	for n < len(out) && q.completed != nil {
		o := q.completed
		q.completed = o.next
		if q.completed == nil {
			q.completedTail = nil
		}
		q.completedCount--
		o.next = nil
		o.fill(&out[n])
		q.recycle(o)
		n++
	}
	return n
}

// collect lets everything go on that the backend has finished and that other threads have made runnable. The whole batch
// is taken from either before any operation continues, since continuing can submit again. The inbox comes last: Reap takes
// wake-ups back, and what is posted before that must not be left behind.
func (q *Queue) collect() {
	for n := len(q.batch); n == len(q.batch); {
		n = q.backend.Reap(q.batch[:])
		for i, r := range q.batch[:n] {
			q.batch[i] = nil
			o := (*op)(r.Owner)
			o.step(o)
		}
	}
	for o := q.takeInbox(); o != nil; {
		next := o.next
		o.next = nil
		o.resume(o)
		o = next
	}
}

// Wait blocks until something can be reaped or the timeout (negative: none) has passed, and tells which; without FD and
// with a timeout of 0 it does not know and says that there may be something. It is meant for a thread of
// its own, for hosts that cannot watch FD, and so does not hold the queue's lock while it waits.
func (q *Queue) Wait(timeout time.Duration) bool {
	q.mu.Lock()
	b := q.backend
	q.mu.Unlock()
	if b == nil {
		return false // closed meanwhile
	}
	return waitFor(b, timeout)
}

func waitFor(b backend.Backend, timeout time.Duration) bool {
	if fd := b.FD(); fd >= 0 {
		milliseconds := -1
		if timeout >= 0 {
			milliseconds = int((timeout + time.Millisecond - 1) / time.Millisecond)
		}
		ready, _ := sys.PollRead(sys.FD(fd), milliseconds)
		return ready
	}
	begin := time.Now()
	b.Wait(timeout)
	return timeout <= 0 || time.Since(begin) < timeout
}

// post makes an operation of this queue go on (o.resume), from any thread.
func (q *Queue) post(o *op) {
	q.inboxMu.Lock()
	o.next = nil
	if q.inboxTail == nil {
		q.inbox = o
	} else {
		q.inboxTail.next = o
	}
	q.inboxTail = o
	// Still under the lock: once the owner has taken o out of the inbox, it may close the backend.
	q.backend.Wake()
	q.inboxMu.Unlock()
}

func (q *Queue) takeInbox() *op {
	q.inboxMu.Lock()
	o := q.inbox
	q.inbox, q.inboxTail = nil, nil
	q.inboxMu.Unlock()
	return o
}

// Cancel asks for the operation named by token to end early; it still completes once. ENOENT: it has completed.
func (q *Queue) Cancel(token uint64) Error {
	q.mu.Lock()
	defer q.mu.Unlock()
	index := uint32(token)
	if uint64(index) >= uint64(len(q.ops)) {
		return ENOENT
	}
	o := q.ops[index]
	if o.generation != uint32(token>>32) {
		return ENOENT
	}
	return q.cancel(o)
}

func (q *Queue) cancel(o *op) Error {
	if o.kind == OpClose && (o.phase == phaseWaiting || o.phase == phaseInFlight) {
		// Whoever gives up waiting for a close still wants the descriptor released: it goes on, under its own timeout.
		return EOK
	}
	switch o.phase {
	case phaseWaiting:
		o.cancelled = true
		o.unplace()
		// It may be in the inbox already, made runnable by another thread; then it sees the mark when it runs.
		if o.file.forget(o) {
			o.resume(o)
		}
	case phaseInFlight:
		o.cancelled = true
		switch {
		case o.children > 0:
			o.cancelSegments()
		case o.keepGoing && !o.pushOnce:
			o.unplace() // what it pushes goes on; what comes after that does not
		case !o.keepGoing:
			if o.kind == OpRead {
				o.unplace()
			}
			q.backend.Cancel(&o.req)
			q.staged = true
		}
	default:
		return ENOENT
	}
	return EOK
}

// cancelFile cancels every operation on one file, for a close that has waited long enough. Any thread.
func (q *Queue) cancelFile(f *File, generation uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.backend == nil || f.generation.Load() != generation {
		return
	}
	for _, o := range q.ops {
		if o.file == f && o.kind != OpClose && !o.cancelled {
			q.cancel(o)
		}
	}
	q.flush()
	// What ended just now is in the queue's list, where the descriptor does not show it.
	q.backend.Wake()
}

// Close cancels what is in flight and waits for it, at most close_timeout_ms. It returns how many operations the
// kernel still holds: their memory must then be kept for ever, and so is the queue's.
func (q *Queue) Close() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, o := range q.ops {
		if o.parent == nil {
			q.cancel(o)
		}
	}
	deadline := time.Now().Add(time.Duration(option(optionCloseTimeoutMS)) * time.Millisecond)
	for {
		q.flush()
		for o := q.completed; o != nil; o = q.completed {
			q.completed = o.next
			q.recycle(o)
		}
		q.completedTail, q.completedCount = nil, 0
		if q.live == 0 {
			break
		}
		left := time.Until(deadline)
		if left <= 0 {
			break
		}
		waitFor(q.backend, min(left, 50*time.Millisecond))
	}
	q.generation.Add(1)
	if q.live > 0 {
		// The backend stays as it is, out of reach: closing it would let the kernel write into freed memory.
		return q.live
	}
	q.backend.Close()
	q.backend = nil
	queues.give(q.index)
	return 0
}

// newOp takes an operation record for a submission.
func (q *Queue) newOp(s *Submission, f *File) *op {
	o := q.free
	if o == nil {
		o = &op{queue: q, index: uint32(len(q.ops))}
		q.ops = append(q.ops, o)
	} else {
		q.free = o.next
		o.next = nil
	}
	o.generation++
	q.live++
	o.file = f
	if s != nil {
		o.userData, o.kind = s.UserData, s.Op
	} else {
		o.internal = true
	}
	return o
}

// recycle gives the record back after its completion has been delivered.
func (q *Queue) recycle(o *op) {
	path := o.req.Path
	*o = op{queue: q, index: o.index, generation: o.generation, next: q.free}
	o.req.Path = path[:0] // keeps the room for the next open
	o.generation++
	q.free = o
	q.live--
}

// pend finishes a submit call whose operation goes on: the caller gets the token.
func pend(o *op, c *Completion) Status {
	*c = Completion{UserData: o.userData, Token: o.token()}
	return StatusPending
}

// done finishes a submit call inline.
func done(s *Submission, c *Completion, result int64) Status {
	*c = Completion{UserData: s.UserData, Result: result}
	return StatusDone
}

// failed finishes a submit call inline with an error.
func failed(s *Submission, c *Completion, err Error, native int32) Status {
	*c = Completion{UserData: s.UserData, Result: -1, Error: err, Native: native}
	return StatusDone
}

// refused reports a usage error: nothing was started and no completion follows.
func refused(err Error) Status { return Status(-int32(err)) }

func bytesAt(data unsafe.Pointer, length int64) []byte {
	return unsafe.Slice((*byte)(data), length)
}

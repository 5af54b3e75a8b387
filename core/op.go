package core

import (
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// phase is where an operation is in its life: idle → waiting ⇄ in flight → completed → idle. A waiting operation sits
// in its file's list until another one is out of the way; one in flight is held by the backend.
type phase uint8

const (
	phaseIdle phase = iota
	phaseWaiting
	phaseInFlight
	phaseCompleted
)

// op is the record of one operation that could not be done inline. It belongs to one queue for ever: the queue's
// free list gives it out again, with a new generation in its token.
//
// Every function that takes an op runs on the thread that uses op.queue, with the queue's lock held. Other threads
// reach an op only through Queue.post.
type op struct {
	req   backend.Request
	queue *Queue
	file  *File
	next  *op // in one list at a time: free, ready, the file's waiters

	// resume continues a waiting operation; step takes the result of req. Both are plain functions, so that going on
	// allocates nothing.
	resume func(*op)
	step   func(*op)
	after  func(*op) // what a push was for
	again  func(*op) // what a wait for readiness was for

	index      uint32
	generation uint32
	userData   uint64

	kind      Op
	phase     phase
	cancelled bool
	// keepGoing protects the push of gathered data from cancellation: the data was accepted long ago.
	keepGoing bool
	// pushOnce: only the full buffer has to go out, not what was gathered since. pushes is how many buffers have to: those
	// that held data when the operation became the pusher, so that a steady writer cannot hold it up for ever.
	pushOnce bool
	pushes   int
	// exclusive is set while the operation holds the file's reader or pusher place.
	exclusive bool
	internal  bool // nobody outside waits for it; it leaves no completion

	// The transfer: done of length bytes at offset (-1: the stream's own place).
	data   unsafe.Pointer
	length int64
	done   int64
	offset int64
	epoch  uint64 // the file's epoch when the place was reserved
	// changes is the file's count when a read of windows began.
	changes uint64
	block   uint64 // the number of a write's block among those gathered
	// placed: the place is reserved, also while the operation still waits for its turn.
	placed  bool
	appends bool // among the file's appends
	// turn: the operation has pushed what was gathered before it, and goes before those that wait now.
	turn bool

	argument int64 // size of truncate, flags of read, lines_max, by kind
	spill    *spill
	scratch  []byte // a window's worth that is being read
	bounce   bounce // stands in for memory that O_DIRECT does not take

	// A vectored operation has one internal operation per segment that could not be done inline.
	parent   *op
	children int
	segment  *Segment

	result int64
	err    Error
	native int32
}

// token names the operation for Cancel.
func (o *op) token() uint64 { return uint64(o.generation)<<32 | uint64(o.index) }

// finish records the outcome. The completion is delivered by the next Reap, or by the submit call that is still
// running.
func (o *op) finish(result int64, err Error, native int32) {
	o.phase = phaseCompleted
	if err != EOK {
		result = -1
	}
	o.result, o.err, o.native = result, err, native
	o.data = nil
	q := o.queue
	o.next = nil
	if o.internal {
		if o.parent != nil {
			o.parent.segmentDone(o)
		}
		q.recycle(o)
		return
	}
	if q.completedTail == nil {
		q.completed = o
	} else {
		q.completedTail.next = o
	}
	q.completedTail = o
	q.completedCount++
}

// finishErrno is finish with a native code.
func (o *op) finishErrno(native sys.Errno) { o.finish(-1, errorOf(native), int32(native)) }

// fill writes the completion record that the caller sees.
func (o *op) fill(c *Completion) {
	*c = Completion{UserData: o.userData, Result: o.result, Error: o.err, Native: o.native}
	if o.spill != nil {
		c.Spill = o.spill.hand()
		o.spill = nil
	}
}

// submit gives the operation's request to the backend; step continues it.
func (o *op) submit(step func(*op)) {
	o.step = step
	o.phase = phaseInFlight
	o.req.Owner = unsafe.Pointer(o)
	o.req.Result, o.req.Errno = 0, 0
	if f := o.file; f != nil && !(f.ownsFD && f.kind == sys.KindRegular) {
		o.req.Flags |= backend.FlagForeign
	}
	o.queue.backend.Submit(&o.req)
	o.queue.staged = true
}

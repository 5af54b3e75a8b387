package ayafileio

import (
	"context"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/ayafileio/ayafileio/core"
)

// call is one operation on its way: what is asked, what comes of it, and who waits. Calls are used again, so that an
// operation allocates nothing.
type call struct {
	submission core.Submission
	completion core.Completion

	file *File
	way  way
	hint uint32 // the shard that this call prefers

	// Under the shard's lock while the call is pending.
	shard *shard
	token uint64
	slot  uint32
	cause cause
	next  *call

	done  chan struct{} // one completion
	batch *Batch        // waits for this call among others, instead of done
}

// way is what a deadline, or the end of a stream, is about.
type way uint8

const (
	wayNone way = iota
	wayRead
	wayWrite
	ways
)

// cause is why an operation was cancelled.
type cause uint8

const (
	causeNone cause = iota
	causeContext
	causeDeadline
	causeClosed
)

// calls keeps used calls near the processor that used them last. A call always prefers the same shard, so in effect
// processors have shards of their own, and contend for them only when goroutines move.
var calls = sync.Pool{New: func() any {
	return &call{done: make(chan struct{}, 1), hint: callsMade.Add(1) - 1}
}}

var callsMade atomic.Uint32

// begin takes a call for an operation on the file.
func (f *File) begin(op core.Op, w way) *call {
	c := calls.Get().(*call)
	c.submission.Op, c.submission.File = op, f.handle
	c.file, c.way = f, w
	return c
}

// free gives a finished call back. Nothing of the caller's may be kept alive by it.
func (c *call) free() {
	c.submission = core.Submission{}
	c.completion = core.Completion{}
	c.file, c.way, c.cause, c.shard, c.batch, c.token = nil, wayNone, causeNone, nil, nil, 0
	calls.Put(c)
}

// run carries the operation out, on this goroutine where it need not wait. When it returns, the kernel is done with the
// operation's memory, whatever ctx says. ctx may be nil.
func (c *call) run(ctx context.Context) {
	if !c.admit(ctx) || c.now() {
		return
	}
	c.wait(ctx)
}

// admit refuses what must not begin: the context has ended, or the deadline has passed.
func (c *call) admit(ctx context.Context) bool {
	if ctx != nil && ctx.Err() != nil {
		c.refuse(causeContext)
		return false
	}
	if why := c.stopped(); why != causeNone {
		c.refuse(why)
		return false
	}
	return true
}

// stopped tells why an operation of this way must not begin on its file any more.
func (c *call) stopped() cause {
	switch {
	case c.way == wayNone:
		return causeNone
	case c.file.closed.Load():
		return causeClosed
	case c.file.deadlines[c.way].passed.Load():
		return causeDeadline
	}
	return causeNone
}

func (c *call) refuse(why cause) {
	c.cause = why
	c.completion.Result, c.completion.Error = -1, core.ECANCELED
}

// now tries to finish the operation at once.
func (c *call) now() bool {
	status := core.Submit(nil, &c.submission, &c.completion)
	if status == core.StatusWouldWait {
		return false
	}
	c.refused(status)
	return true
}

// refused turns a usage error into an outcome.
func (c *call) refused(status core.Status) {
	if status < 0 {
		c.completion.Result, c.completion.Error, c.completion.Native = -1, core.Error(-status), 0
	}
}

// wait submits the operation and parks the goroutine until it is finished.
func (c *call) wait(ctx context.Context) {
	s, err := theEngine.shard(c.hint)
	if err != core.EOK {
		c.completion.Result, c.completion.Error = -1, err
		return
	}
	if s.start(c) {
		return
	}
	if ctx == nil || ctx.Done() == nil {
		<-c.done
		return
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		s.cancel(c)
		<-c.done
	}
}

// finished hands a completed call over to who waits for it.
func (c *call) finished() {
	if b := c.batch; b != nil {
		if b.left.Add(-1) == 0 {
			b.done <- struct{}{}
		}
		return
	}
	c.done <- struct{}{}
}

// err is the operation's failure as the file's methods report it; nil when there was none.
func (c *call) err(op string, ctx context.Context) error {
	if c.completion.Error == core.EOK {
		return nil
	}
	return &fs.PathError{Op: op, Path: c.file.name, Err: c.reason(ctx)}
}

func (c *call) reason(ctx context.Context) error {
	if c.completion.Error == core.ECANCELED {
		switch c.cause {
		case causeContext:
			return ctx.Err()
		case causeDeadline:
			return os.ErrDeadlineExceeded
		default:
			return fs.ErrClosed // only a close cancels what nobody has asked to cancel
		}
	}
	return errorOf(c.completion.Error, c.completion.Native)
}

package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func opFlush(q *Queue, f *File, _ *FlushArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	if f.state == fileOpen && f.pusher == nil && (!f.dirty.Load() || f.pushInline()) {
		f.mu.Unlock()
		return done(s, c, 0)
	}
	return f.pushed(q, s, c, endFlush)
}

// pushed goes on with a pushing operation on the pending path. The caller holds the lock, which this gives back.
func (f *File) pushed(q *Queue, s *Submission, c *Completion, after func(*op)) Status {
	return f.begin(q, s, c, func(o *op) { o.pushThen(after) })
}

// change goes on with an operation that changes the file's extent. What was gathered goes first: it was written before,
// and its error belongs to it.
func (f *File) change(q *Queue, s *Submission, c *Completion, fill, start func(*op)) Status {
	f.mu.Lock()
	if f.state == fileOpen && f.flags&sys.OpenWrite == 0 {
		f.mu.Unlock()
		return failed(s, c, ENOTWRITABLE, int32(sys.EBADF))
	}
	return f.begin(q, s, c, func(o *op) {
		fill(o)
		o.pushThen(start)
	})
}

func endFlush(o *op) { o.end(0, EOK, 0) }

func opSync(q *Queue, f *File, _ *SyncArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	return f.pushed(q, s, c, startSync)
}

func opDatasync(q *Queue, f *File, _ *DatasyncArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	return f.pushed(q, s, c, startSync)
}

func startSync(o *op) {
	o.req.Op = backend.OpSync
	if o.kind == OpDatasync {
		o.req.Op = backend.OpDatasync
	}
	o.req.FD, o.req.Flags = o.file.fd, 0
	o.submit(stepSync)
}

func stepSync(o *op) {
	switch {
	case o.req.Errno == sys.EINTR && !o.cancelled:
		startSync(o)
	case o.req.Errno != 0:
		o.endErrno(o.req.Errno)
	default:
		o.end(0, EOK, 0)
	}
}

func opTruncate(q *Queue, f *File, a *TruncateArgs, s *Submission, c *Completion) Status {
	if a.Size < -1 {
		return refused(EINVAL)
	}
	return f.change(q, s, c, func(o *op) { o.argument = a.Size }, startTruncate)
}

func startTruncate(o *op) {
	f := o.file
	if f.flags&sys.OpenWrite == 0 {
		o.end(-1, ENOTWRITABLE, int32(sys.EBADF))
		return
	}
	f.mu.Lock()
	f.resolvePosition() // truncating does not move it, and the end is about to be elsewhere
	if o.argument < 0 {
		position, errno := f.tell()
		if errno != 0 {
			f.mu.Unlock()
			o.endErrno(errno)
			return
		}
		o.argument = position
	}
	f.mu.Unlock()
	o.req.Op, o.req.FD, o.req.Flags = backend.OpTruncate, f.fd, 0
	o.req.Offset = o.argument
	o.submit(stepTruncate)
}

func stepTruncate(o *op) {
	switch {
	case o.req.Errno == sys.EINTR && !o.cancelled:
		startTruncate(o)
	case o.req.Errno != 0:
		o.endErrno(o.req.Errno)
	default:
		f := o.file
		f.mu.Lock()
		f.dropWindow()
		f.mu.Unlock()
		o.end(o.argument, EOK, 0)
	}
}

package core

import (
	"math"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func opAllocate(q *Queue, f *File, a *AllocateArgs, s *Submission, c *Completion) Status {
	if a.Offset < 0 || a.Length == 0 || a.Length > lengthMax || a.Offset > math.MaxInt64-int64(a.Length) {
		return refused(EINVAL)
	}
	return f.change(q, s, c, func(o *op) { o.offset, o.length = a.Offset, int64(a.Length) }, startAllocate)
}

func startAllocate(o *op) {
	f := o.file
	switch {
	case f.flags&sys.OpenWrite == 0:
		o.end(-1, ENOTWRITABLE, int32(sys.EBADF))
	case f.stream():
		o.end(-1, ESPIPE, int32(sys.ESPIPE))
	default:
		o.req.Op, o.req.Call, o.req.Flags = backend.OpCall, callAllocate, 0
		o.req.FD, o.req.Offset, o.req.Length = f.fd, o.offset, o.length
		o.submit(stepAllocate)
	}
}

// callAllocate runs on a worker.
func callAllocate(r *backend.Request) { r.Errno = sys.Allocate(r.FD, r.Offset, r.Length) }

func stepAllocate(o *op) {
	switch {
	case o.req.Errno == sys.EINTR && !o.cancelled:
		startAllocate(o)
	case o.req.Errno != 0:
		o.endErrno(o.req.Errno)
	default:
		o.end(0, EOK, 0)
	}
}

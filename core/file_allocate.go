package core

import (
	"math"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func opAllocate(q *Queue, f *File, a *AllocateArgs, s *Submission, c *Completion) Status {
	if badRange(a.Offset, a.Length) {
		return refused(EINVAL)
	}
	return f.change(q, s, c, func(o *op) { o.offset, o.length = a.Offset, int64(a.Length) }, startAllocate)
}

func startAllocate(o *op) { o.callOnRange(callAllocate, stepMetadata) }

// callAllocate runs on a worker.
func callAllocate(r *backend.Request) { r.Errno = sys.Allocate(r.FD, r.Offset, r.Length) }

// badRange: a range begins in the file's possible places, has bytes, and ends there.
func badRange(offset int64, length uint64) bool {
	return offset < 0 || length == 0 || length > lengthMax || offset > math.MaxInt64-int64(length)
}

// callOnRange runs a blocking function about a range of a file that was opened for writing.
func (o *op) callOnRange(run func(*backend.Request), step func(*op)) {
	f := o.file
	switch {
	case f.flags&sys.OpenWrite == 0:
		o.end(-1, ENOTWRITABLE, int32(sys.EBADF))
	case f.stream():
		o.end(-1, ESPIPE, int32(sys.ESPIPE))
	default:
		o.req.Offset, o.req.Length = o.offset, o.length
		o.call(run, step)
	}
}

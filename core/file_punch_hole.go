package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func opPunchHole(q *Queue, f *File, a *PunchHoleArgs, s *Submission, c *Completion) Status {
	if badRange(a.Offset, a.Length) {
		return refused(EINVAL)
	}
	return f.change(q, s, c, func(o *op) { o.offset, o.length = a.Offset, int64(a.Length) }, startPunchHole)
}

func startPunchHole(o *op) { o.callOnRange(callPunchHole, stepPunchHole) }

// callPunchHole runs on a worker.
func callPunchHole(r *backend.Request) { r.Errno = sys.PunchHole(r.FD, r.Offset, r.Length) }

func stepPunchHole(o *op) {
	if o.interrupted(stepPunchHole) {
		return
	}
	if o.req.Errno == 0 {
		o.file.mu.Lock()
		o.file.dropWindow()
		o.file.mu.Unlock()
	}
	o.settle(0, o.req.Errno)
}

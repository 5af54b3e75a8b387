package core

import (
	"runtime"
	"time"
)

// A panic is a defect, of ours or of a binding that passed a bad pointer. The binding's face recovers from it, and the
// host lives. The file must not be left locked then: the next operation on it would stop its event loop for ever.

// lockPatience is how long a lock that is held is taken for another thread's: none of them keeps it for longer than a
// transfer in memory or a look at metadata. A variable for the tests.
var lockPatience = time.Second

// dispatched is dispatch with afterPanic behind it.
func dispatched(q *Queue, s *Submission, c *Completion) (status Status) {
	returned := false
	defer func() {
		if !returned {
			afterPanic(s.File)
		}
	}()
	status = dispatch(q, s, c)
	returned = true
	return status
}

// afterPanic gives up the file of a submission that panicked, if it holds the file's lock. What the file's numbers and
// buffers say is not known any more, so later operations on it fail.
func afterPanic(handle uint64) {
	f, ok := lookupFile(handle)
	if !ok {
		return
	}
	for deadline := time.Now().Add(lockPatience); time.Now().Before(deadline); runtime.Gosched() {
		if f.mu.TryLock() {
			f.mu.Unlock()
			f.release(nil)
			return
		}
	}
	f.state, f.openErr, f.openNative = fileFailed, EPOISONED, 0
	f.ready.Store(false)
	f.mu.Unlock()
	f.wake(nil)
	f.release(nil)
	f.release(nil) // the panicking submission's own
}

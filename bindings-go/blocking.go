package ayafileio

import (
	"runtime"
	"sync/atomic"
)

// Some system calls cannot be done without waiting where they are: a small write to a local file, an open, a close.
// Alone, they cost less on the calling goroutine than a hand-over to anybody else. But each takes a thread while it
// waits, so only so many do that at once; the others go through a queue, whose threads are bounded.
var blocking struct {
	count atomic.Int32
	limit int32 // set in init; a variable for the tests
}

func init() { blocking.limit = int32(min(16, max(4, 2*runtime.GOMAXPROCS(0)))) }

// enterBlocking tells whether one more goroutine may block; then leaveBlocking has to follow.
func enterBlocking() bool {
	if blocking.count.Add(1) > blocking.limit {
		blocking.count.Add(-1)
		return false
	}
	return true
}

// enterAlone is enterBlocking for what takes a while: it is for the only operation of the process. Through a queue, that one
// would wait for the device and for two more threads to wake up.
func enterAlone() bool {
	return theEngine.pending.Load() == 0 && blocking.limit > 0 && blocking.count.CompareAndSwap(0, 1)
}

func leaveBlocking() { blocking.count.Add(-1) }

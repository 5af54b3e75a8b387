package wake

import (
	"time"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Event is a latch. Set may be called from any thread until Close; the rest belongs to its owner.
type Event struct {
	set   chan struct{}
	timer *time.Timer // of Wait; kept, so that waiting does not allocate
}

// Open makes a latch that is not set.
func (e *Event) Open() sys.Errno {
	e.set = make(chan struct{}, 1)
	return 0
}

// FD is -1: the loops of this system cannot watch a descriptor.
func (e *Event) FD() int { return -1 }

// Set sets the latch.
func (e *Event) Set() {
	select {
	case e.set <- struct{}{}:
	default:
	}
}

// Clear takes the latch back.
func (e *Event) Clear() {
	select {
	case <-e.set:
	default:
	}
}

// Wait blocks until the latch is set or the timeout passes, and tells which. The latch stays set.
func (e *Event) Wait(timeout time.Duration) bool {
	// A select chooses at random when both are ready; a latch that is set must win.
	select {
	case <-e.set:
		e.Set()
		return true
	default:
	}
	if timeout == 0 {
		return false
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-e.set:
		e.Set()
		return true
	case <-expired:
		return false
	}
}

// Close ends every Wait, now and later.
func (e *Event) Close() { e.Set() }

//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"sync"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// window is how many requests of the process libdispatch holds at a time. It performs one after the other per device,
// and looks six ahead; more would not make it faster, but cost threads (each busy channel has queues that bring their
// own) and make every cancellation dearer, which stops the whole channel. A variable for the tests.
var window = 8

// engine is the process's one connection to libdispatch. Instances put their requests in; handlers, on libdispatch's
// threads, take results out and start what waits.
type engine struct {
	*library
	nothingBlock block // calls nothing, see library

	mu      sync.Mutex // guards all below, the queued and finished lists of all instances, and the slots of their requests
	running int        // flights
	ring    *Dispatch  // the instance whose turn is last; its next is the one whose turn is now. nil: nothing waits
	files   map[sys.FD]*file
	open    []*channel // those that take more requests

	// By the index in their blocks' words. Neither is ever freed.
	flights     []*flight
	channels    []*channel
	freeFlight  *flight
	freeChannel *channel
}

var shared = engine{files: map[sys.FD]*file{}}

// start is called once, before anything else.
func (e *engine) start(l *library) {
	e.library = l
	e.nothingBlock.init(l, l.nothing, 0, 0)
}

// attach puts an instance that has requests waiting into the ring. Called with mu held.
func (e *engine) attach(d *Dispatch) {
	if d.next != nil || d.queued.Empty() {
		return
	}
	if e.ring == nil {
		d.next = d
	} else {
		d.next = e.ring.next
		e.ring.next = d
	}
	e.ring = d
}

// take returns the next request: instances take turns, and each keeps its order. Called with mu held.
func (e *engine) take() (*Dispatch, *backend.Request) {
	for e.ring != nil {
		d := e.ring.next
		r := d.queued.Pop() // nil if everything in it was cancelled meanwhile
		switch {
		case !d.queued.Empty():
			e.ring = d
		case d == e.ring:
			e.ring, d.next = nil, nil
		default:
			e.ring.next, d.next = d.next, nil
		}
		if r != nil {
			return d, r
		}
	}
	return nil, nil
}

// pump starts what waits, as far as there is room. Called with mu held.
func (e *engine) pump() {
	for e.running < window {
		d, r := e.take()
		if r == nil {
			break
		}
		if r.Slot&slotGivenUp != 0 {
			pool.Finish(r, sys.ECANCELED)
			d.deliver(r)
			continue
		}
		e.begin(e.newFlight(d, r))
	}
	// With nothing left to come, the channels are closed already while their requests run: so their clean-up handlers
	// come right behind the results.
	for e.ring == nil && len(e.open) > 0 {
		e.shut(e.open[len(e.open)-1], 0)
	}
}

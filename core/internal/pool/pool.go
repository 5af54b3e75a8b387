// Package pool carries requests out on a bounded, process-wide set of worker goroutines. It is a backend by itself,
// where the system offers nothing better, and through Lane and Execute the fallback of every other backend.
package pool

import (
	"sync"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/wake"
)

// Pool is the backend.
type Pool struct {
	// owner keeps the owner's state whole where a second thread may be in Wait; it is never contended otherwise.
	owner sync.Mutex
	lane  *Lane
	ready List // collected from the lane, not yet returned by Reap
	reset func()

	mu     sync.Mutex // guards event against Wake after Close
	event  wake.Event
	closed bool
}

// Open makes an instance. It fails only when the process is out of descriptors.
func Open() (*Pool, sys.Errno) {
	p := &Pool{}
	if errno := p.event.Open(); errno != 0 {
		return nil, errno
	}
	p.lane = NewLane(p.event.Set)
	p.reset = p.event.Clear
	return p, 0
}

// Name implements backend.Backend.
func (p *Pool) Name() string { return "threadpool" }

// Capabilities implements backend.Backend: all work is done by workers, none natively.
func (p *Pool) Capabilities() backend.Capability { return 0 }

// Submit implements backend.Backend.
func (p *Pool) Submit(r *backend.Request) {
	p.owner.Lock()
	p.lane.Submit(r)
	p.owner.Unlock()
}

// Flush implements backend.Backend.
func (p *Pool) Flush() {
	p.owner.Lock()
	p.lane.Flush()
	p.owner.Unlock()
}

// Reap implements backend.Backend.
func (p *Pool) Reap(out []*backend.Request) int {
	p.owner.Lock()
	defer p.owner.Unlock()
	if p.ready.Empty() {
		// The latch is taken back in the same breath as the list, so it stays set exactly while there is
		// something left to take.
		p.lane.Collect(&p.ready, p.reset)
	}
	count := p.ready.Take(out)
	if !p.ready.Empty() {
		p.Wake()
	}
	return count
}

// Wait implements backend.Backend.
func (p *Pool) Wait(timeout time.Duration) {
	p.owner.Lock()
	p.lane.Flush()
	finished := !p.ready.Empty()
	p.owner.Unlock()
	if !finished {
		p.event.Wait(timeout)
	}
}

// Cancel implements backend.Backend.
func (p *Pool) Cancel(r *backend.Request) {
	p.owner.Lock()
	p.lane.Cancel(r)
	p.owner.Unlock()
}

// FD implements backend.Backend.
func (p *Pool) FD() int { return p.event.FD() }

// Wake implements backend.Backend.
func (p *Pool) Wake() {
	p.mu.Lock()
	if !p.closed {
		p.event.Set()
	}
	p.mu.Unlock()
}

// InFlight implements backend.Backend.
func (p *Pool) InFlight() int {
	p.owner.Lock()
	defer p.owner.Unlock()
	return p.lane.InFlight() + p.ready.Len()
}

// Close implements backend.Backend.
func (p *Pool) Close() {
	p.lane.Close()
	p.mu.Lock()
	p.closed = true
	p.event.Close()
	p.mu.Unlock()
}

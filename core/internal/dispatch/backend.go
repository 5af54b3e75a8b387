//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"fmt"
	"sync"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/wake"
)

// Dispatch is the backend.
type Dispatch struct {
	lane    *pool.Lane
	staged  pool.List // submitted, not flushed
	ready   pool.List // collected, not yet returned by Reap
	held    int       // native requests submitted and not collected
	givenUp bool      // some queued request was cancelled

	// Under the engine's lock.
	next     *Dispatch // in the engine's ring; nil when not in it
	queued   pool.List
	finished pool.List
	notified bool

	mu     sync.Mutex // guards event against Wake after Close
	event  wake.Event
	closed bool
}

// What Request.Slot says while this package holds a native request; the low half is the flight's index. Under the
// engine's lock.
const (
	slotHeld    = 1 << 32
	slotQueued  = 1 << 33
	slotGivenUp = 1 << 34 // queued, and cancelled
	slotReady   = 1 << 35
)

// flagLane marks a request as the lane's, whose slot is not ours to look at. Only the owner's thread reads it.
const flagLane = 1 << 7

// Open makes an instance. It fails where libdispatch cannot be loaded, and says why.
func Open() (*Dispatch, error) {
	if err := load(); err != nil {
		return nil, err
	}
	d := &Dispatch{}
	if errno := d.event.Open(); errno != 0 {
		return nil, fmt.Errorf("the wake-up pipe: %w", errno)
	}
	d.lane = pool.NewLane(d.event.Set)
	return d, nil
}

// Name implements backend.Backend.
func (d *Dispatch) Name() string { return "dispatch_io" }

// Capabilities implements backend.Backend: Dispatch I/O has transfers, and nothing else that serves here.
func (d *Dispatch) Capabilities() backend.Capability {
	return backend.CapRead | backend.CapWrite | backend.CapCancel
}

// native tells whether a request goes to libdispatch: a positional transfer of a file that is the core's own. All the
// rest is the workers':
//   - streams: libdispatch sets their open file description, which other processes may share, to non-blocking mode;
//   - appends: they need write(2), and move the descriptor's position;
//   - descriptors with a position: a channel counts its offsets from the position that it found;
//   - what cannot work, as a descriptor without the right to write: libdispatch would end all transfers on that disk.
func native(r *backend.Request) bool {
	if r.Offset < 0 || r.Length <= 0 || r.Data == nil || r.Flags&backend.FlagForeign != 0 {
		return false
	}
	var needed sys.OpenFlags
	switch r.Op {
	case backend.OpRead:
		needed = sys.OpenRead
	case backend.OpWrite:
		needed = sys.OpenWrite
	default:
		return false
	}
	flags, errno := sys.Flags(r.FD)
	if errno != 0 || flags&needed == 0 || flags&sys.OpenAppend != 0 {
		return false
	}
	position, errno := sys.Offset(r.FD)
	return errno == 0 && position == 0
}

// Submit implements backend.Backend.
func (d *Dispatch) Submit(r *backend.Request) {
	r.Flags &^= flagLane
	switch {
	case native(r):
		d.held++
		r.Slot = slotQueued
		d.staged.Push(r)
	case r.Op == backend.OpClose && d.closeLater(r):
		d.held++
	default:
		r.Flags |= flagLane
		d.lane.Submit(r)
	}
}

// closeLater leaves a close to the clean-up handler while libdispatch holds the descriptor.
func (d *Dispatch) closeLater(r *backend.Request) bool {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	f := shared.files[r.FD]
	if f == nil {
		return false
	}
	r.Slot = slotHeld
	f.closes = append(f.closes, returned{d, r})
	return true
}

// Flush implements backend.Backend.
func (d *Dispatch) Flush() {
	d.lane.Flush()
	if d.staged.Empty() {
		return
	}
	shared.mu.Lock()
	d.queued.PushList(&d.staged)
	shared.attach(d)
	shared.pump()
	shared.mu.Unlock()
}

// deliver hands a finished request to the owner's thread, which is woken once per batch. Called with the engine's lock
// held.
func (d *Dispatch) deliver(r *backend.Request) {
	r.Slot = slotReady
	d.finished.Push(r)
	if !d.notified {
		d.notified = true
		d.event.Set()
	}
}

// Reap implements backend.Backend.
func (d *Dispatch) Reap(out []*backend.Request) int {
	if d.ready.Empty() {
		d.collect()
	}
	count := d.ready.Take(out)
	for _, r := range out[:count] {
		r.Flags &^= flagLane
	}
	if !d.ready.Empty() {
		d.event.Set()
	}
	return count
}

// collect takes the whole batch of what is finished.
func (d *Dispatch) collect() {
	// Taken back first: whatever comes later sets it again.
	d.event.Clear()
	d.lane.Collect(&d.ready, nil)
	shared.mu.Lock()
	if d.givenUp {
		d.sweep()
	}
	d.held -= d.finished.Len()
	d.ready.PushList(&d.finished)
	d.notified = false
	shared.mu.Unlock()
}

// sweep finishes the cancelled requests that libdispatch has not got yet. Called with the engine's lock held.
func (d *Dispatch) sweep() {
	d.givenUp = false
	for _, list := range [...]*pool.List{&d.queued, &d.staged} {
		var kept pool.List
		for r := list.Pop(); r != nil; r = list.Pop() {
			if r.Slot&slotGivenUp != 0 {
				pool.Finish(r, sys.ECANCELED)
				r.Slot = slotReady
				d.finished.Push(r)
			} else {
				kept.Push(r)
			}
		}
		*list = kept
	}
}

// Wait implements backend.Backend.
func (d *Dispatch) Wait(timeout time.Duration) {
	d.Flush()
	if d.ready.Empty() {
		d.event.Wait(timeout)
	}
}

// Cancel implements backend.Backend.
func (d *Dispatch) Cancel(r *backend.Request) {
	if r.Op == backend.OpClose {
		return // a close that did not happen would leak the descriptor
	}
	if r.Flags&flagLane != 0 {
		d.lane.Cancel(r)
		return
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	switch {
	case r.Slot&slotQueued != 0:
		// Only marked here: to search the queue for each would take quadratic time when thousands are cancelled.
		r.Slot |= slotGivenUp
		d.givenUp = true
		d.event.Set()
	case r.Slot&slotHeld != 0:
		if fl := shared.flights[uint32(r.Slot)]; fl.request == r {
			shared.stop(fl)
		}
	}
}

// FD implements backend.Backend.
func (d *Dispatch) FD() int { return d.event.FD() }

// Wake implements backend.Backend.
func (d *Dispatch) Wake() {
	d.mu.Lock()
	if !d.closed {
		d.event.Set()
	}
	d.mu.Unlock()
}

// InFlight implements backend.Backend.
func (d *Dispatch) InFlight() int { return d.held + d.lane.InFlight() + d.ready.Len() }

// Close implements backend.Backend.
func (d *Dispatch) Close() {
	d.lane.Close()
	d.mu.Lock()
	d.closed = true
	d.event.Close()
	d.mu.Unlock()
}

var _ backend.Backend = (*Dispatch)(nil)

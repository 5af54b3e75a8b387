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

// Options of one instance.
type Options struct {
	// Shortest is the length of the shortest transfer that goes to libdispatch, in bytes; 0 is 64 KiB. For each read,
	// however short, libdispatch has the device read a mebibyte ahead, so random short reads cost a multiple of
	// what they ask for. And a short transfer takes a worker less time than libdispatch needs to pass it on.
	Shortest int64
}

const shortestDefault = 64 << 10

// Dispatch is the backend.
type Dispatch struct {
	shortest int64

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
func Open(o Options) (*Dispatch, error) {
	if err := load(); err != nil {
		return nil, err
	}
	d := &Dispatch{shortest: o.Shortest}
	if d.shortest <= 0 {
		d.shortest = shortestDefault
	}
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

// UsesWorkers tells that ordinary transfers, too, may be made by workers.
func (d *Dispatch) UsesWorkers() bool { return true }

// native tells whether a request goes to libdispatch: a positional transfer of a file that is the core's own, and not a
// short one. All the rest is the workers':
//   - streams: libdispatch sets their open file description, which other processes may share, to non-blocking mode;
//   - appends: they need write(2), and move the descriptor's position;
//   - descriptors with a position: a channel counts its offsets from the position that it found;
//   - what cannot work, as a descriptor without the right to write: libdispatch's answer to EBADF is to end all
//     transfers on that disk, those that are being performed included, and that corrupts its memory.
func (d *Dispatch) native(r *backend.Request) bool {
	if r.Offset < 0 || r.Length < d.shortest || r.Data == nil || r.Flags&backend.FlagForeign != 0 {
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
	case d.native(r):
		d.held++
		r.Slot = slotQueued
		d.staged.Push(r)
	case r.Op == backend.OpClose && d.closeLater(r):
	default:
		r.Flags |= flagLane
		d.lane.Submit(r)
	}
}

// closeLater is for a close while libdispatch holds the descriptor: when an operation would not end, and its file was
// closed all the same. The clean-up handler closes the descriptor; nobody waits for that.
func (d *Dispatch) closeLater(r *backend.Request) bool {
	shared.mu.Lock()
	f := shared.files[r.FD]
	if f != nil {
		f.orphaned = true
	}
	shared.mu.Unlock()
	if f == nil {
		return false
	}
	pool.Finish(r, 0)
	d.ready.Push(r)
	d.event.Set()
	return true
}

// Holds tells whether libdispatch holds the descriptor; then only a request may close it.
func (d *Dispatch) Holds(fd sys.FD) bool {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return shared.files[fd] != nil
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

package iocp

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/windows"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

const (
	batchDefault = 64
	batchMax     = 256
	// The kernel has no limit of its own, but each request costs it memory that cannot be paged out.
	requestsDefault = 4096
)

// Port is the backend. Unlike those with a descriptor it is used by two threads at once: the hosts of this system cannot
// watch a descriptor, so one thread waits while another submits. Hence a lock of its own.
type Port struct {
	handle      windows.Handle
	owner       uint64 // names the port to sys.ClaimHandle
	requestsMax int

	mu      sync.Mutex
	lane    *pool.Lane
	queued  pool.List // not given to the kernel yet
	givenUp bool      // some queued request was cancelled
	full    bool      // the kernel had no memory for one more
	ready   pool.List // finished, not yet reaped
	table   table
	batch   []packet // of Reap; waiting threads have one each
	spare   [][]packet
	waiting int // threads in Wait
	left    sync.Cond
	closed  bool

	// post is called by workers under the lane's lock, which Reap takes under mu: so it has a lock of its own.
	gate   sync.Mutex
	posted bool // a packet without a record is in the port
	shut   bool
}

// What Request.Slot says while this package holds the request; the low half is the record's index.
const (
	slotQueued  = 1 << 32
	slotGivenUp = 1 << 33 // queued, and cancelled
	slotHeld    = 1 << 34 // in the kernel
	slotReady   = 1 << 35
	slotQuiet   = 1 << 36 // queued: done at once means no packet
)

// What Request.Route says.
const (
	routePort = iota
	routeLane
)

var owners atomic.Uint64

// ports keeps every open port reachable: the kernel writes to its records, whether or not its owner still knows it.
var ports sync.Map

// Open makes a port.
func Open(o Options) (*Port, error) {
	if err := procWait.Find(); err != nil {
		return nil, err // says which procedure is missing where
	}
	handle, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("CreateIoCompletionPort: %w", err)
	}
	p := &Port{handle: handle, owner: owners.Add(1), requestsMax: requestsDefault}
	if o.RequestsMax > 0 {
		p.requestsMax = o.RequestsMax
	}
	p.left.L = &p.mu
	p.lane = pool.NewLane(p.post)
	p.batch = make([]packet, batchOf(o))
	ports.Store(p, nil)
	return p, nil
}

func batchOf(o Options) int {
	if o.Batch <= 0 {
		return batchDefault
	}
	return min(o.Batch, batchMax)
}

// Name implements backend.Backend.
func (p *Port) Name() string { return "iocp" }

// Capabilities implements backend.Backend.
func (p *Port) Capabilities() backend.Capability {
	return backend.CapRead | backend.CapWrite | backend.CapCancel
}

// FD implements backend.Backend: a port cannot be watched.
func (p *Port) FD() int { return -1 }

// InFlight implements backend.Backend.
func (p *Port) InFlight() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queued.Len() + p.table.held + p.ready.Len() + p.lane.InFlight()
}

// Wake implements backend.Backend.
func (p *Port) Wake() { p.post() }

// post puts a packet without a record into the port. One is enough: whoever takes it reaps.
func (p *Port) post() {
	p.gate.Lock()
	if !p.posted && !p.shut {
		p.posted = windows.PostQueuedCompletionStatus(p.handle, 0, 0, nil) == nil
	}
	p.gate.Unlock()
}

// Reap implements backend.Backend.
func (p *Port) Reap(out []*backend.Request) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.closed && p.expecting() {
		count, _ := take(p.handle, p.batch, 0)
		p.absorb(p.batch[:count])
		if count < len(p.batch) {
			break
		}
	}
	p.settle()
	count := p.ready.Take(out)
	if !p.ready.Empty() && p.waiting > 0 {
		p.post()
	}
	return count
}

// expecting tells whether there can be a packet: asking the port is a call of the system, and what was done at once has
// left none. Called with mu held.
func (p *Port) expecting() bool {
	if p.table.held > 0 {
		return true
	}
	p.gate.Lock()
	defer p.gate.Unlock()
	return p.posted
}

// settle takes what workers have finished, and gives the kernel what it has room for now: the owner may go to sleep
// after this without another Flush. Called with mu held.
func (p *Port) settle() {
	p.lane.Collect(&p.ready, nil)
	if p.givenUp {
		p.sweep()
	}
	p.issue()
}

// absorb books what packets tell. Called with mu held.
func (p *Port) absorb(packets []packet) {
	for i := range packets {
		if packets[i].record == 0 {
			p.gate.Lock()
			p.posted = false
			p.gate.Unlock()
			continue
		}
		p.complete(&packets[i])
	}
}

// Wait implements backend.Backend. It may be called while another thread uses the port; both take packets, and what
// either has taken is there for the next Reap.
func (p *Port) Wait(timeout time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lane.Flush()
	p.settle() // a worker's packet comes once per batch, and this thread may be back before anybody has reaped
	if !p.ready.Empty() || p.closed {
		return
	}
	var deadline time.Time
	if timeout >= 0 {
		deadline = time.Now().Add(timeout)
	}
	packets := p.takeSpare()
	p.waiting++
	for {
		p.mu.Unlock()
		count, expired := take(p.handle, packets, milliseconds(timeout, deadline))
		p.mu.Lock()
		p.absorb(packets[:count])
		// A clock that is coarser than ours ends the call a little early.
		if count > 0 || p.closed || !expired || timeout >= 0 && !time.Now().Before(deadline) {
			break
		}
	}
	p.waiting--
	p.spare = append(p.spare, packets)
	if p.closed {
		p.left.Broadcast()
	}
}

func (p *Port) takeSpare() []packet {
	last := len(p.spare) - 1
	if last < 0 {
		return make([]packet, len(p.batch))
	}
	packets := p.spare[last]
	p.spare = p.spare[:last]
	return packets
}

// milliseconds is how long is left, rounded up; the highest value means for ever.
func milliseconds(timeout time.Duration, deadline time.Time) uint32 {
	if timeout < 0 {
		return windows.INFINITE
	}
	left := max(time.Until(deadline), 0) + time.Millisecond - 1
	return uint32(min(left/time.Millisecond, 1<<30))
}

// Close implements backend.Backend. Threads in Wait return.
func (p *Port) Close() {
	p.lane.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	p.gate.Lock()
	p.shut = true
	p.gate.Unlock()
	for p.waiting > 0 {
		// One of them may have taken a packet that was meant for another.
		for range p.waiting {
			windows.PostQueuedCompletionStatus(p.handle, 0, 0, nil)
		}
		p.left.Wait()
	}
	sys.Disown(p.owner)
	windows.CloseHandle(p.handle)
	ports.Delete(p)
}

var _ backend.Backend = (*Port)(nil)

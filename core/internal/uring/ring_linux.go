//go:build linux && !(386 || arm || mips || mipsle)

package uring

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	iouring "github.com/iceber/iouring-go/syscall"
	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/wake"
)

// Ring is the backend.
type Ring struct {
	ring
	capabilities backend.Capability
	note         string

	tail      uint32 // of the submission queue; the kernel sees it when it is published
	stagedMax uint32 // requests and cancellations that may be staged

	// The completion queue's room is the bound of what is in the kernel, so it never overflows. Requests leave an
	// eighth of it to cancellations: else a queue full of requests that never end could not be emptied. Both leave
	// one place to the armed read.
	requestsMax, cancelsMax uint32

	inKernel uint32   // entries whose completion has not been taken; never more than the completion queue holds
	slots    []slot   // grows with what has been in the kernel at once; a slot keeps its index
	free     []uint32 // indices of free slots
	held     int      // occupied slots

	waiting pool.List // no room yet
	givenUp bool      // some waiting request was cancelled
	cancels []uint32  // slots whose cancellation is to be submitted
	ready   pool.List // finished, not yet reaped
	lane    *pool.Lane
	armed   bool // the read on event is in the ring

	// Arguments of a wait: here, and not on the stack, because the kernel gets their address as a number inside
	// another argument.
	waitArg  getEventsArg
	waitTime unix.Timespec

	mu     sync.Mutex // guards event against Wake after Close
	event  wake.Event
	closed bool
}

type slot struct {
	request    *backend.Request
	generation uint32
	polling    bool // waiting for readiness before the transfer is tried again
	cancelled  bool
}

// What Request.Slot says while this package holds the request; the low half is the slot's index.
const (
	slotHeld    = 1 << 32 // staged or in the kernel
	slotWaiting = 1 << 33
	slotGivenUp = 1 << 34 // waiting, and cancelled
	slotReady   = 1 << 35
	slotPoll    = 1 << 36 // waiting: poll before the transfer
)

// Indices in user_data that name no slot.
const (
	indexWake   = math.MaxUint32
	indexCancel = math.MaxUint32 - 1
)

// wakeSink takes the counts read from every ring's eventfd. Nobody looks at it; being global, it may be written to by
// a ring that is just being torn down.
var wakeSink [8]byte

// known is what the first successful probe of the process has found.
var known atomic.Pointer[backend.Capability]

// Open sets up a ring. The error is *Unavailable and says why there is none.
func Open(o Options) (*Ring, error) {
	r, note, err := newRing(o)
	if err != nil {
		return nil, err
	}
	found := known.Load()
	if found == nil {
		capabilities, err := r.probe()
		if err != nil {
			r.close()
			return nil, err
		}
		found = &capabilities
		known.Store(found)
	}
	u := &Ring{ring: r, capabilities: *found, note: note}
	if errno := u.event.Open(); errno != 0 {
		r.close()
		return nil, &Unavailable{Step: "eventfd", Errno: errno}
	}
	u.tail = atomic.LoadUint32(r.sqTail)
	u.requestsMax = r.cqSize - r.cqSize/8 - 1
	u.cancelsMax = r.cqSize - 1
	u.stagedMax = r.sqSize
	if r.sqpoll {
		u.stagedMax-- // for the armed read: there is no making room at will
	}
	u.lane = pool.NewLane(u.event.Set)
	u.arm()
	if errno := u.handOver(); errno != 0 {
		u.Close()
		return nil, &Unavailable{Step: "io_uring_enter", Errno: errno}
	}
	return u, nil
}

// Name implements backend.Backend.
func (u *Ring) Name() string { return "io_uring" }

// Note says what was asked for and could not be had; empty if nothing.
func (u *Ring) Note() string { return u.note }

// Capabilities implements backend.Backend.
func (u *Ring) Capabilities() backend.Capability { return u.capabilities }

// FD implements backend.Backend: the ring's own descriptor.
func (u *Ring) FD() int { return u.fd }

// InFlight implements backend.Backend.
func (u *Ring) InFlight() int {
	return u.waiting.Len() + u.held + u.ready.Len() + u.lane.InFlight()
}

// Wake implements backend.Backend.
func (u *Ring) Wake() {
	u.mu.Lock()
	if !u.closed {
		u.event.Set()
	}
	u.mu.Unlock()
}

// Wait implements backend.Backend.
func (u *Ring) Wait(timeout time.Duration) {
	u.lane.Flush()
	u.fill()
	var deadline time.Time
	if timeout >= 0 {
		deadline = time.Now().Add(timeout)
	}
	for u.ready.Empty() && atomic.LoadUint32(u.cqTail) == atomic.LoadUint32(u.cqHead) {
		left := wake.Forever
		if timeout >= 0 {
			left = max(time.Until(deadline), 0)
		}
		if u.features&featEXTARG == 0 || u.sqpoll {
			u.Flush()
			if !wake.Readable(u.fd, left) {
				return
			}
			continue
		}
		u.waitArg = getEventsArg{}
		if left >= 0 {
			u.waitTime = unix.NsecToTimespec(int64(left))
			u.waitArg.timeout = uint64(uintptr(unsafe.Pointer(&u.waitTime)))
		}
		atomic.StoreUint32(u.sqTail, u.tail)
		_, errno := enterWait(u.fd, u.staged(), &u.waitArg)
		switch errno {
		case 0, unix.EINTR:
		case unix.ETIME:
			return
		default:
			if u.handOver() != 0 {
				return
			}
		}
		if left == 0 {
			return
		}
	}
}

// Close implements backend.Backend. The kernel takes a ring down in its own time; descriptors and mappings are gone when
// this returns.
func (u *Ring) Close() {
	u.lane.Close()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return
	}
	u.closed = true
	u.ring.close()
	u.event.Close()
}

// staged counts the entries that the kernel has not taken.
func (u *Ring) staged() uint32 { return u.tail - atomic.LoadUint32(u.sqHead) }

// arm stages the read that turns the eventfd into a completion. Room for it is always kept in the completion queue.
func (u *Ring) arm() {
	if u.staged() == u.sqSize && u.handOver() != 0 {
		return
	}
	e := u.entry()
	e.PrepOperation(iouring.IORING_OP_READ, int32(u.event.FD()), uint64(uintptr(unsafe.Pointer(&wakeSink))), uint32(len(wakeSink)), offsetCurrent)
	e.SetUserData(indexWake)
	u.armed = true
}

// signal makes the descriptor readable from the owner's own thread.
func (u *Ring) signal() { u.event.Set() }

// entry takes the next submission entry.
func (u *Ring) entry() *iouring.SubmissionQueueEntry64 {
	e := &u.sqes[u.tail&u.sqMask]
	e.Reset()
	u.tail++
	u.inKernel++
	return e
}

var _ backend.Backend = (*Ring)(nil)

//go:build linux && !(386 || arm || mips || mipsle)

package uring

import (
	"sync/atomic"
	"unsafe"

	iouring "github.com/iceber/iouring-go/syscall"
	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// needs is the capability that makes an operation native; 0 means never.
var needs = [...]backend.Capability{
	backend.OpRead:     backend.CapRead,
	backend.OpWrite:    backend.CapWrite,
	backend.OpSync:     backend.CapSync,
	backend.OpDatasync: backend.CapSync,
	backend.OpOpen:     backend.CapOpen,
	backend.OpClose:    backend.CapClose,
	backend.OpTruncate: backend.CapTruncate,
	// A stat that comes this far is on a file system that may have to ask a server; STATX would go to a kernel
	// thread as well, and need a conversion.
	backend.OpStat: 0,
	backend.OpCall: 0,
}

func (u *Ring) native(r *backend.Request) bool {
	return int(r.Op) < len(needs) && u.capabilities&needs[r.Op] != 0
}

// Submit implements backend.Backend.
func (u *Ring) Submit(r *backend.Request) {
	switch {
	case !u.native(r):
		u.lane.Submit(r)
	case u.waiting.Empty() && u.room(u.requestsMax):
		r.Slot = 0
		u.stage(r)
	default:
		r.Slot = slotWaiting
		u.waiting.Push(r)
	}
}

// room tells whether one more entry can be staged while there are not more than limit in the kernel.
func (u *Ring) room(limit uint32) bool { return u.inKernel < limit && u.staged() < u.stagedMax }

// stage fills a submission entry.
func (u *Ring) stage(r *backend.Request) {
	index := uint32(len(u.slots))
	if last := len(u.free) - 1; last >= 0 {
		index = u.free[last]
		u.free = u.free[:last]
	} else {
		u.slots = append(u.slots, slot{})
	}
	u.held++
	s := &u.slots[index]
	s.request = r
	s.cancelled = false
	s.polling = r.Slot&slotPoll != 0

	e := u.entry()
	var flags uint8
	if r.Flags&backend.FlagAsync != 0 {
		flags = sqeASYNC
	}
	switch {
	case s.polling:
		events := uint32(unix.POLLIN)
		if r.Op == backend.OpWrite {
			events = unix.POLLOUT
		}
		e.PrepOperation(iouring.IORING_OP_POLL_ADD, int32(r.FD), 0, 0, 0)
		e.SetOpFlags(events)
		flags = 0
	case r.Op == backend.OpRead:
		e.PrepOperation(iouring.IORING_OP_READ, int32(r.FD), address(r.Data), transferLength(r), uint64(r.Offset))
	case r.Op == backend.OpWrite:
		e.PrepOperation(iouring.IORING_OP_WRITE, int32(r.FD), address(r.Data), transferLength(r), uint64(r.Offset))
	case r.Op == backend.OpSync:
		e.PrepOperation(iouring.IORING_OP_FSYNC, int32(r.FD), 0, 0, 0)
	case r.Op == backend.OpDatasync:
		e.PrepOperation(iouring.IORING_OP_FSYNC, int32(r.FD), 0, 0, 0)
		e.SetOpFlags(iouring.IORING_FSYNC_DATASYNC)
	case r.Op == backend.OpOpen:
		e.PrepOperation(iouring.IORING_OP_OPENAT, unix.AT_FDCWD, address(unsafe.Pointer(unsafe.SliceData(r.Path))), r.Mode, 0)
		e.SetOpFlags(uint32(sys.NativeOpenFlags(r.OpenFlags)))
		// The kernel's attempt in place opens a FIFO without waiting for its other end, which is not what open
		// means; and what the name cache could answer has been tried before coming here.
		flags = sqeASYNC
	case r.Op == backend.OpClose:
		e.PrepOperation(iouring.IORING_OP_CLOSE, int32(r.FD), 0, 0, 0)
	case r.Op == backend.OpTruncate:
		e.PrepOperation(opFTRUNCATE, int32(r.FD), 0, 0, uint64(r.Offset))
	}
	e.SetFlags(flags)
	e.SetUserData(uint64(s.generation)<<32 | uint64(index))
	r.Slot = slotHeld | uint64(index)
}

func address(p unsafe.Pointer) uint64 { return uint64(uintptr(p)) }

// transferLength: an entry counts in 32 bits and the kernel stops at TransferMax. The core continues from there.
func transferLength(r *backend.Request) uint32 { return uint32(min(r.Length, sys.TransferMax)) }

// Cancel implements backend.Backend. The kernel is asked at the next Flush.
func (u *Ring) Cancel(r *backend.Request) {
	switch {
	case r.Op == backend.OpClose:
		// A close that did not happen would leak the descriptor.
	case !u.native(r):
		u.lane.Cancel(r)
	case r.Slot&slotWaiting != 0:
		r.Slot |= slotGivenUp
		u.givenUp = true
		u.signal()
	case r.Slot&slotHeld != 0:
		index := uint32(r.Slot)
		if s := &u.slots[index]; s.request == r && !s.cancelled {
			s.cancelled = true
			u.cancels = append(u.cancels, index)
		}
	}
}

// fill moves what waits into the submission queue, as far as there is room.
func (u *Ring) fill() {
	for len(u.cancels) > 0 && u.room(u.cancelsMax) {
		index := u.cancels[len(u.cancels)-1]
		u.cancels = u.cancels[:len(u.cancels)-1]
		s := &u.slots[index]
		if !s.cancelled {
			continue // completed meanwhile, and the slot has perhaps a new occupant
		}
		e := u.entry()
		e.PrepOperation(iouring.IORING_OP_ASYNC_CANCEL, -1, uint64(s.generation)<<32|uint64(index), 0, 0)
		e.SetUserData(uint64(index)<<32 | indexCancel)
	}
	if u.givenUp {
		u.giveUp()
	}
	for !u.waiting.Empty() && u.room(u.requestsMax) {
		u.stage(u.waiting.Pop())
	}
}

// giveUp takes the cancelled requests out of the waiting list.
func (u *Ring) giveUp() {
	u.givenUp = false
	var kept pool.List
	for r := u.waiting.Pop(); r != nil; r = u.waiting.Pop() {
		if r.Slot&slotGivenUp != 0 {
			pool.Finish(r, sys.ECANCELED)
			r.Slot = slotReady
			u.ready.Push(r)
		} else {
			kept.Push(r)
		}
	}
	u.waiting = kept
}

// Flush implements backend.Backend.
func (u *Ring) Flush() {
	u.lane.Flush()
	u.pump()
}

// pump hands over everything that there is room for.
func (u *Ring) pump() {
	for {
		u.fill()
		if u.staged() > 0 && u.handOver() != 0 {
			// The kernel is out of memory for the moment. What is staged stays so; come back soon.
			u.signal()
			return
		}
		more := !u.waiting.Empty() && u.inKernel < u.requestsMax || len(u.cancels) > 0 && u.inKernel < u.cancelsMax
		if !more {
			return
		}
	}
}

// handOver gives the staged entries to the kernel, without waiting for anything.
func (u *Ring) handOver() sys.Errno {
	for {
		atomic.StoreUint32(u.sqTail, u.tail)
		count := u.staged()
		if u.sqpoll {
			// The store above and this load are both sequentially consistent, so either the kernel's
			// thread sees the new tail before it sleeps, or we see that it sleeps.
			if atomic.LoadUint32(u.sqFlags)&iouring.IORING_SQ_NEED_WAKEUP != 0 {
				enterNow(u.fd, count, iouring.IORING_ENTER_FLAGS_SQ_WAKEUP)
			}
			if count >= u.stagedMax {
				// The thread says what it has taken only after a whole batch, when the batch's completions
				// may have been reaped already: no event would tell that there is room again.
				enterRoom(u.fd)
			}
			return 0
		}
		if count == 0 {
			return 0
		}
		// Without SUBMIT_ALL (before 5.18) the kernel stops behind an entry that it refuses; hence the loop.
		taken, errno := enterNow(u.fd, count, 0)
		switch {
		case errno == unix.EINTR:
		case errno == unix.EBUSY:
			// Completions have piled up beyond the queue: make room. They cannot be more than that.
			if u.drain() == 0 {
				return errno
			}
		case errno == unix.EAGAIN || errno == unix.ENOMEM:
			return errno
		case errno != 0:
			u.refuse(errno)
			return 0
		case taken == 0:
			return unix.EAGAIN
		}
	}
}

// refuse takes back what the kernel will never take (somebody has closed the ring's descriptor under us): the requests
// fail, nothing hangs.
func (u *Ring) refuse(errno sys.Errno) {
	head := atomic.LoadUint32(u.sqHead)
	for u.tail != head {
		u.tail--
		u.inKernel--
		user := u.userData(u.tail)
		if index := uint32(user); index != indexWake && index != indexCancel {
			r := u.release(index)
			pool.Finish(r, errno)
			u.ready.Push(r)
		}
	}
	atomic.StoreUint32(u.sqTail, u.tail)
}

// userData reads back what an entry carries; its offset in the entry is fixed by the kernel's ABI.
func (u *Ring) userData(tail uint32) uint64 {
	return *(*uint64)(unsafe.Pointer(&u.entries[(tail&u.sqMask)*64+32]))
}

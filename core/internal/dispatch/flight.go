//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"sync/atomic"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// flight is a request that libdispatch holds. Its handler is called once for each part of the data (a long transfer
// arrives in parts of a mebibyte) and a last time with done set; never by two threads at once.
type flight struct {
	block block // the handler; written once, since libdispatch may look at it even after the last call
	index int
	next  *flight // free list
	journey
}

// journey is what changes from one use of a flight to the next.
type journey struct {
	owner     *Dispatch
	request   *backend.Request
	channel   *channel
	length    int64 // of the whole transfer
	moved     int64 // of it; between begin and the last call only the handler looks at it
	begun     int64 // what was moved before libdispatch got it
	cancelled bool

	// Where libdispatch writes the address of a part.
	partAddress unsafe.Pointer
	partSize    uintptr
}

// newFlight takes a record for a request. Called with mu held.
func (e *engine) newFlight(d *Dispatch, r *backend.Request) *flight {
	fl := e.freeFlight
	if fl != nil {
		e.freeFlight = fl.next
	} else {
		fl = &flight{index: len(e.flights)}
		fl.block.init(e.library, e.handler, kindTransfer, fl.index)
		e.flights = append(e.flights, fl)
	}
	fl.journey = journey{owner: d, request: r, length: min(r.Length, sys.TransferMax)}
	r.Slot = slotHeld | uint64(fl.index)
	e.running++
	return fl
}

// begin gives what is left of a transfer to libdispatch. Called with mu held.
func (e *engine) begin(fl *flight) {
	r := fl.request
	f := e.fileOf(r.FD)
	e.report(f)
	c := e.channelOf(f)
	fl.channel, fl.begun = c, fl.moved
	c.flights++
	f.flights++
	offset, left := uintptr(r.Offset+fl.moved), uintptr(fl.length-fl.moved)
	if r.Op == backend.OpRead {
		call(e.ioRead, c.io, offset, left, e.queue, fl.block.address())
		return
	}
	// The memory is the submitter's, and stays as it is until the request is returned; so there is nothing to be done
	// when libdispatch drops its last reference.
	data := call(e.dataCreate, uintptr(fl.place()), left, 0, e.nothingBlock.address())
	call(e.ioWrite, c.io, offset, data, e.queue, fl.block.address())
	call(e.release, data)
}

// place is where the rest of the transfer begins in memory.
func (fl *flight) place() unsafe.Pointer { return unsafe.Add(fl.request.Data, fl.moved) }

// transferred is the handler of a transfer.
func (e *engine) transferred(index int, done bool, data uintptr, errno sys.Errno) {
	e.mu.Lock()
	fl := e.flights[index]
	e.mu.Unlock()
	if fl.request.Op == backend.OpRead {
		fl.takePart(e.library, data)
	} else {
		fl.moved = fl.length
		if data != 0 { // what is not yet written
			fl.moved -= int64(call(e.dataSize, data))
		}
	}
	if !done {
		return
	}
	if fl.moved < fl.length && errno != sys.ECANCELED {
		errno = fl.goOn()
	}
	e.mu.Lock()
	e.end(fl, errno)
	e.mu.Unlock()
}

// takePart copies a part of what was read to where it belongs. libdispatch reads into memory of its own.
func (fl *flight) takePart(l *library, data uintptr) {
	if data == 0 {
		return
	}
	whole := call(l.dataMap, data, uintptr(unsafe.Pointer(&fl.partAddress)), uintptr(unsafe.Pointer(&fl.partSize)))
	if size := min(int64(fl.partSize), fl.length-fl.moved); size > 0 {
		copy(unsafe.Slice((*byte)(fl.place()), size), unsafe.Slice((*byte)(fl.partAddress), size))
		fl.moved += size
	}
	fl.partAddress = nil
	call(l.release, whole)
}

// carriedOn counts the transfers that goOn has moved. A test looks at it: what libdispatch has not done shows nowhere
// else.
var carriedOn atomic.Int64

// goOn asks the system itself, once, when libdispatch ends a transfer before its end. Mostly that confirms the end of
// the file, or the error. But in a host that uses Dispatch I/O wrongly elsewhere (closes a descriptor under it),
// libdispatch ends all transfers on the same disk, ours included, and reports success.
func (fl *flight) goOn() sys.Errno {
	r := fl.request
	transfer := sys.Pread
	if r.Op == backend.OpWrite {
		transfer = sys.Pwrite
	}
	for {
		count, errno := transfer(r.FD, fl.place(), fl.length-fl.moved, r.Offset+fl.moved)
		if errno == sys.EINTR {
			continue
		}
		if errno == 0 && count > 0 {
			fl.moved += count
			carriedOn.Add(1)
		}
		return errno
	}
}

// end takes a flight that libdispatch has done with: its request is finished, or goes again if it was given up for
// another's sake. Called with mu held.
func (e *engine) end(fl *flight, errno sys.Errno) {
	c := fl.channel
	f := c.file
	c.flights--
	f.flights--
	e.retire(c)
	if errno == sys.ECANCELED && fl.moved < fl.length && !fl.cancelled {
		e.begin(fl)
		e.pump()
		return
	}
	r, owner := fl.request, fl.owner
	r.Result, r.Errno = fl.moved, 0
	if fl.moved == 0 {
		pool.Finish(r, errno)
	}
	fl.journey = journey{}
	fl.next, e.freeFlight = e.freeFlight, fl
	e.running--
	if f.flights > 0 {
		owner.deliver(r)
	} else {
		f.last = returned{owner, r}
	}
	e.pump()
	if f.flights == 0 && f.open != nil {
		e.shut(f.open, 0)
	}
	e.settle(f)
}

// stop gives a flight up, and with it all flights of its channel; the others begin again when they come back. Called
// with mu held.
func (e *engine) stop(fl *flight) {
	if fl.cancelled {
		return
	}
	fl.cancelled = true
	if !fl.channel.stopped {
		e.shut(fl.channel, flagStop)
	}
}

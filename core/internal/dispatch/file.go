//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"slices"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Constants of <dispatch/io.h>.
const (
	typeRandom = 1 // DISPATCH_IO_RANDOM
	flagStop   = 1 // DISPATCH_IO_STOP
)

// file is a descriptor that libdispatch holds: from its first flight until all of its channels have been cleaned up.
// The last request on it is reported only then, so whoever knows of no request in flight may close the descriptor. To
// close it before makes libdispatch corrupt its memory.
type file struct {
	fd       sys.FD
	open     *channel // takes further requests; nil: the next request opens one
	flights  int
	channels int // those not cleaned up
	last     returned
	orphaned bool // its owner has closed it; libdispatch has to be done with it first
}

// returned is a request on its way back to its instance.
type returned struct {
	to      *Dispatch
	request *backend.Request
}

// channel is one dispatch_io_t. There can be several of a file: one that was closed or stopped takes no more requests.
type channel struct {
	block block    // the clean-up handler; written once, as a flight's
	next  *channel // free list
	passage
}

// passage is what changes from one use of a channel's record to the next.
type passage struct {
	io      uintptr
	file    *file
	flights int
	closed  bool
	stopped bool
	cleaned bool
}

// fileOf finds or makes the record of a descriptor. Called with mu held.
func (e *engine) fileOf(fd sys.FD) *file {
	f := e.files[fd]
	if f == nil {
		f = &file{fd: fd}
		e.files[fd] = f
	}
	return f
}

// channelOf is the channel for the file's next request. Called with mu held.
func (e *engine) channelOf(f *file) *channel {
	if f.open != nil {
		return f.open
	}
	c := e.freeChannel
	if c != nil {
		e.freeChannel = c.next
	} else {
		c = &channel{}
		c.block.init(e.library, e.handler, kindCleanup, len(e.channels))
		e.channels = append(e.channels, c)
	}
	c.passage = passage{file: f}
	c.io = call(e.ioCreate, typeRandom, uintptr(f.fd), e.queue, c.block.address())
	call(e.setTarget, c.io, e.queue)
	f.channels++
	f.open = c
	e.open = append(e.open, c)
	return c
}

// shut makes the channel take no more requests: with flagStop those in it are given up, else they go on. Called with mu
// held.
func (e *engine) shut(c *channel, flags uintptr) {
	if c.file.open == c {
		c.file.open = nil
		at := slices.Index(e.open, c)
		e.open = slices.Delete(e.open, at, at+1)
	}
	call(e.ioClose, c.io, flags)
	c.closed = true
	c.stopped = c.stopped || flags&flagStop != 0
	e.retire(c)
}

// retire gives the channel up when nothing needs it any more. Called with mu held.
func (e *engine) retire(c *channel) {
	if c.flights > 0 || !c.closed {
		return
	}
	if c.io != 0 {
		call(e.release, c.io)
		c.io = 0
	}
	if c.cleaned {
		c.file = nil
		c.next, e.freeChannel = e.freeChannel, c
	}
}

// cleanedUp is the clean-up handler: libdispatch has done with the descriptor, as far as this channel goes.
func (e *engine) cleanedUp(index int) {
	e.mu.Lock()
	c := e.channels[index]
	f := c.file
	c.cleaned = true
	f.channels--
	if !c.closed {
		e.shut(c, 0) // it could not be opened, which is what its requests will be told
	} else {
		e.retire(c)
	}
	e.settle(f)
	e.mu.Unlock()
}

// settle forgets a file that libdispatch does not hold any more, and reports its last request. Called with mu held.
func (e *engine) settle(f *file) {
	if f.flights > 0 || f.channels > 0 || e.files[f.fd] != f {
		return
	}
	delete(e.files, f.fd)
	e.report(f)
	if f.orphaned {
		go sys.Close(f.fd) // it can take long, and the lock is held
	}
}

// report delivers the request that was kept back. Called with mu held.
func (e *engine) report(f *file) {
	if f.last.request != nil {
		f.last.to.deliver(f.last.request)
		f.last = returned{}
	}
}

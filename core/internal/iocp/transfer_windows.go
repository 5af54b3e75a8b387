package iocp

import (
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// record is the kernel's side of one request.
type record struct {
	overlapped windows.Overlapped
	request    *backend.Request // nil: not in use
	index      uint32
	retired    bool // not in use either, but a packet may still name it
}

// table has every record that the port has ever made; they are used again and never freed.
type table struct {
	records   []*record
	byAddress map[uintptr]*record
	free      []uint32
	held      int // in use
}

func (t *table) take(r *backend.Request) *record {
	if t.byAddress == nil {
		t.byAddress = map[uintptr]*record{}
	}
	var rec *record
	if last := len(t.free) - 1; last >= 0 {
		rec = t.records[t.free[last]]
		t.free = t.free[:last]
	} else {
		rec = &record{index: uint32(len(t.records))}
		t.records = append(t.records, rec)
		t.byAddress[uintptr(unsafe.Pointer(&rec.overlapped))] = rec
	}
	t.held++
	rec.request = r
	return rec
}

func (t *table) give(rec *record) *backend.Request {
	r := t.retire(rec)
	t.free = append(t.free, rec.index)
	rec.retired = false
	return r
}

// retire is give for a record that a packet may still come for. It is used again after that.
func (t *table) retire(rec *record) *backend.Request {
	r := rec.request
	rec.request, rec.retired = nil, true
	t.held--
	return r
}

// Submit implements backend.Backend.
func (p *Port) Submit(r *backend.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Op == backend.OpRead || r.Op == backend.OpWrite {
		if c := sys.ClaimHandle(r.FD, p.handle, p.owner); c.Mine && !forWorker(r, &c) {
			r.Route, r.Slot = routePort, slotQueued
			if c.Quiet {
				r.Slot |= slotQuiet
			}
			p.queued.Push(r)
			return
		}
	}
	r.Route = routeLane
	p.lane.Submit(r)
}

// forWorker: the kernel would hold the thread that asks, be it for a device or for a long copy to or from its cache. But a
// worker must not wait for the other end of a stream.
func forWorker(r *backend.Request, c *sys.Claim) bool {
	switch {
	case c.Stream:
		return false
	case r.Op == backend.OpRead && c.HoldsRead, r.Op == backend.OpWrite && c.HoldsWrite:
		return true
	}
	return r.Flags&backend.FlagAsync != 0
}

// Flush implements backend.Backend. What is done at once is ready when it returns; the owner reaps it, so nobody is
// woken for it.
func (p *Port) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lane.Flush()
	p.issue()
}

// issue gives the kernel what is queued, in order, as far as there is room.
func (p *Port) issue() {
	for !p.queued.Empty() && p.table.held < p.requestsMax && !p.full {
		r := p.queued.Pop()
		if r.Slot&slotGivenUp != 0 {
			p.finish(r, sys.ECANCELED)
			continue
		}
		p.start(r)
	}
}

// Variables, so that a test can run out of memory.
var startRead, startWrite = sys.StartRead, sys.StartWrite

func (p *Port) start(r *backend.Request) {
	rec := p.table.take(r)
	rec.overlapped = windows.Overlapped{Offset: uint32(r.Offset), OffsetHigh: uint32(r.Offset >> 32)} // -1 is sys.ToEnd twice
	begin := startWrite
	if r.Op == backend.OpRead {
		begin = startRead
		if r.Offset == -1 {
			rec.overlapped.Offset, rec.overlapped.OffsetHigh = 0, 0 // a stream ignores it
		}
	}
	was := r.Slot
	quiet := was&slotQuiet != 0
	r.Slot = slotHeld | uint64(rec.index)
	switch errno := begin(r.FD, r.Data, r.Length, &rec.overlapped); {
	case errno == windows.ERROR_IO_PENDING:
	case errno == 0 && !quiet:
		// Done, but there is a packet, and the record is in use until that has come.
	case errno == 0:
		p.moved(p.table.give(rec), rec)
	case errno == windows.ERROR_MORE_DATA:
		// A message that is longer than the room for it. To the kernel that is a warning, neither success nor
		// failure, and whether a packet comes is not said anywhere.
		p.moved(p.table.retire(rec), rec)
	case exhausted(errno) && p.table.held > 1:
		// Others will give the memory back. This one stays the first.
		p.table.give(rec)
		r.Slot = was
		var rest pool.List
		rest.Push(r)
		rest.PushList(&p.queued)
		p.queued, p.full = rest, true
	default:
		p.table.give(rec)
		p.finish(r, errno)
	}
}

// exhausted: the kernel has no memory for one more request at the moment.
func exhausted(errno sys.Errno) bool {
	return errno == windows.ERROR_NO_SYSTEM_RESOURCES || errno == windows.ERROR_NOT_ENOUGH_QUOTA || errno == windows.ERROR_WORKING_SET_QUOTA
}

// complete takes the result that a packet announces. A record that is not in use, or not ours, is somebody else's.
func (p *Port) complete(arrived *packet) {
	rec := p.table.byAddress[arrived.record]
	switch {
	case rec == nil:
		return
	case rec.request == nil:
		if rec.retired {
			rec.retired = false
			p.table.free = append(p.table.free, rec.index)
		}
		return
	}
	p.full = false
	r := p.table.give(rec)
	if status := windows.NTStatus(rec.overlapped.Internal); status != 0 && status != windows.STATUS_BUFFER_OVERFLOW {
		p.finish(r, status.Errno())
		return
	}
	p.moved(r, rec)
}

// moved ends a request with the count that the kernel has left in its record.
func (p *Port) moved(r *backend.Request, rec *record) {
	r.Result, r.Errno = int64(rec.overlapped.InternalHigh), 0
	p.toReady(r)
}

// finish ends a request that moved nothing. The end of a file is no error; it comes at once or by a packet.
func (p *Port) finish(r *backend.Request, errno sys.Errno) {
	if r.Op == backend.OpRead && sys.Ended(errno) {
		errno = 0
	}
	pool.Finish(r, errno)
	p.toReady(r)
}

func (p *Port) toReady(r *backend.Request) {
	r.Slot = slotReady
	p.ready.Push(r)
}

// Cancel implements backend.Backend.
func (p *Port) Cancel(r *backend.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case r.Route == routeLane:
		p.lane.Cancel(r)
	case r.Slot&slotHeld != 0:
		// It may be done, with its packet on the way: then the kernel does not find it, and the packet tells.
		windows.CancelIoEx(windows.Handle(r.FD), &p.table.records[uint32(r.Slot)].overlapped)
	case r.Slot&slotQueued != 0:
		r.Slot |= slotGivenUp
		p.givenUp = true
		if p.waiting > 0 {
			p.post()
		}
	}
}

// sweep takes the cancelled requests out of the queue, all at once.
func (p *Port) sweep() {
	p.givenUp = false
	var kept pool.List
	for r := p.queued.Pop(); r != nil; r = p.queued.Pop() {
		if r.Slot&slotGivenUp != 0 {
			p.finish(r, sys.ECANCELED)
		} else {
			kept.Push(r)
		}
	}
	p.queued = kept
}

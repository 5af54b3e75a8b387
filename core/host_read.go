package core

import (
	"math"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// A host that is written in Go has no event loop to stall: a goroutine that copies or blocks lets others have its
// processor. So what these host files offer is done on the goroutine that asks, without a queue. Each call says whether
// it was done; if not, nothing has changed, and Submit does it. The caller bounds how many block at once, since each of
// those takes a thread.

// ReadAtNow reads what is in memory. ended means that no more is to be had; else the rest of it is up to OpReadAt.
func ReadAtNow(handle uint64, data unsafe.Pointer, length, offset int64) (count int64, ended bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return 0, false
	}
	if f.ready.Load() && !f.dirty.Load() && f.flags&sys.OpenRead != 0 && !f.stream() && offset >= 0 && offset <= math.MaxInt64-length {
		count, ended = f.readNow(data, length, offset)
	}
	f.release(nil)
	return count, ended
}

// readNow is tryRead without its limit: above it the thread leaves its processor to others while it copies.
func (f *File) readNow(data unsafe.Pointer, length, offset int64) (count int64, ended bool) {
	limit := option(optionInlineReadMax)
	if length <= limit || limit == 0 {
		return f.tryRead(data, length, offset)
	}
	traits := sys.Traits(f.traits.Load())
	if traits&(sys.TraitReadNowait|sys.TraitMemory) == 0 {
		return 0, false
	}
	left := traits
	for count < length {
		moved, errno := sys.ReadNowaitLong(f.fd, offsetPointer(data, count), length-count, offset+count, &left)
		if left != traits {
			f.traits.Store(uint32(left))
		}
		if errno != 0 || moved == 0 {
			return count, false // the end of the file is confirmed by OpReadAt
		}
		count += moved
	}
	return count, true
}

// Placed is the part of a file that a read at the position has reserved.
type Placed struct {
	Offset int64
	length int64
	epoch  uint64
}

// ReadNow begins a read at the position that is longer than what Submit does inline. With ok it has reserved its place
// and read count bytes of it; unless ended, the caller reads the rest by OpReadAt at p.Offset+count. Then, in any case,
// it calls Settle.
func ReadNow(handle uint64, data unsafe.Pointer, length int64) (p Placed, count int64, ended, ok bool) {
	f, found := lookupFile(handle)
	if !found {
		return p, 0, false, false
	}
	defer f.release(nil)
	limit := option(optionInlineReadMax)
	if length <= limit || limit == 0 || !f.ready.Load() || f.flags&sys.OpenRead == 0 || f.stream() || f.direct() {
		return p, 0, false, false
	}
	f.mu.Lock()
	if f.state != fileOpen || !f.cursorFree() || f.dirty.Load() {
		f.mu.Unlock()
		return p, 0, false, false
	}
	f.resolvePosition()
	f.reading()
	length = min(length, math.MaxInt64-f.position)
	p = Placed{f.position, length, f.epoch}
	f.position += length
	f.mu.Unlock()
	count, ended = f.readNow(data, length, p.Offset)
	return p, count, ended, true
}

// Settle says how much of the reserved place was read: the position is where the data really ended. failed: nothing is
// taken for read.
func Settle(handle uint64, p Placed, count int64, failed bool) {
	f, found := lookupFile(handle)
	if !found {
		return
	}
	f.mu.Lock()
	if p.epoch == f.epoch {
		o := op{file: f, offset: p.Offset, length: p.length, epoch: p.epoch, placed: true}
		switch {
		case failed:
			o.vacate(0)
		case count < p.length:
			if p.Offset+count < f.position {
				f.position, f.vacant = p.Offset+count, nil
			}
			f.readEnd = p.Offset + count
		default:
			f.readEnd = p.Offset + count
		}
	}
	f.mu.Unlock()
	f.release(nil)
}

// IsStream tells whether an open file has no positions: a pipe, a terminal, a socket.
func IsStream(handle uint64) bool {
	f, ok := lookupFile(handle)
	if !ok {
		return false
	}
	defer f.release(nil)
	return f.ready.Load() && f.stream()
}

// AccessOf tells how a descriptor was opened, as open flags.
func AccessOf(fd int64) (flags uint32, native int32) {
	own, errno := sys.Flags(sys.FD(fd))
	return uint32(own), int32(errno)
}

// Wake makes the queue's descriptor readable and Wait return. Any thread.
func (q *Queue) Wake() { q.backend.Wake() }

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

// ReadAtWaiting is ReadAtNow that also asks the device. It is for a file that is expected to be cached, since then the plain
// read is cheaper than one that must not wait; and for a read that is the only one.
func ReadAtWaiting(handle uint64, data unsafe.Pointer, length, offset int64) (count int64, ended bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return 0, false
	}
	if f.ready.Load() && !f.dirty.Load() && f.flags&sys.OpenRead != 0 && !f.stream() && f.takes(data, length, offset) &&
		offset >= 0 && offset <= math.MaxInt64-length && option(optionInlineReadMax) > 0 {
		count, errno := sys.Pread(f.fd, data, length, offset)
		ended := errno == 0 && (count == length || count == 0)
		f.release(nil)
		return count, ended
	}
	f.release(nil)
	return 0, false
}

// takes is false when O_DIRECT would have to go through an aligned block.
func (f *File) takes(data unsafe.Pointer, length, offset int64) bool {
	return f.flags&sys.OpenDirect == 0 || directAligned(data, offset, length)
}

// ReadAtNow reads what is in memory. ended means that no more is to be had; else the rest is up to OpReadAt.
func ReadAtNow(handle uint64, data unsafe.Pointer, length, offset int64) (count int64, ended bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return 0, false
	}
	if f.ready.Load() && !f.dirty.Load() && f.flags&sys.OpenRead != 0 && !f.stream() && offset >= 0 && offset <= math.MaxInt64-length {
		count, ended = f.readNow(data, length, offset, false)
	}
	f.release(nil)
	return count, ended
}

// readNow is tryRead without its limit, or with a wait for the device: then the thread leaves its processor to others.
func (f *File) readNow(data unsafe.Pointer, length, offset int64, wait bool) (count int64, ended bool) {
	traits := sys.Traits(f.traits.Load())
	limit := option(optionInlineReadMax)
	if traits&(sys.TraitReadNowait|sys.TraitMemory) == 0 || limit == 0 {
		return 0, false
	}
	wait = wait && traits&sys.TraitMemory == 0
	if length <= limit && !wait {
		return f.tryRead(data, length, offset)
	}
	left := traits
	for count < length {
		var moved int64
		var errno sys.Errno
		if wait {
			moved, errno = sys.Pread(f.fd, offsetPointer(data, count), length-count, offset+count)
		} else {
			moved, errno = sys.ReadNowaitLong(f.fd, offsetPointer(data, count), length-count, offset+count, &left)
		}
		if left != traits {
			f.traits.Store(uint32(left))
		}
		if errno != 0 || moved == 0 {
			return count, wait && errno == 0 // without waiting, the end of the file is to be confirmed
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

// ReadNow is ReadAtNow at the position. ok is false when the read is one for OpRead, and nothing has happened. Else its
// place is reserved, and unless ended the caller reads the rest by OpReadAt at p.Offset+count and then calls Settle.
func ReadNow(handle uint64, data unsafe.Pointer, length int64, wait bool) (p Placed, count int64, ended, ok bool) {
	f, found := lookupFile(handle)
	if !found {
		return p, 0, false, false
	}
	if !f.ready.Load() || f.flags&sys.OpenRead == 0 || f.bufferSize > 0 || f.stream() || f.direct() || option(optionInlineReadMax) == 0 {
		f.release(nil)
		return p, 0, false, false
	}
	f.mu.Lock()
	if f.state != fileOpen || !f.cursorFree() || f.dirty.Load() || length > math.MaxInt64-f.position {
		f.mu.Unlock()
		f.release(nil)
		return p, 0, false, false
	}
	f.resolvePosition()
	f.reading()
	p = Placed{f.position, length, f.epoch}
	f.position += length
	f.mu.Unlock()
	count, ended = f.readNow(data, length, p.Offset, wait)
	if ended && count < length {
		f.settle(p, count, false)
	}
	f.release(nil)
	return p, count, ended, true
}

// Settle says how much of the reserved place was read: the position is where the data really ended. failed: nothing is
// taken for read.
func Settle(handle uint64, p Placed, count int64, failed bool) {
	if f, found := lookupFile(handle); found {
		f.settle(p, count, failed)
		f.release(nil)
	}
}

func (f *File) settle(p Placed, count int64, failed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case p.epoch != f.epoch:
	case failed:
		o := op{file: f, offset: p.Offset, length: p.length, epoch: p.epoch, placed: true}
		o.vacate(0)
	case count < p.length && p.Offset+count < f.position:
		f.position, f.vacant = p.Offset+count, nil
	}
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

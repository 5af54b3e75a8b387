package core

import (
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// gathered tells whether a write of length bytes at offset fits behind what is gathered already, and belongs there.
func (f *File) gathered(length, offset int64) bool {
	if f.gatherLen == 0 {
		return length <= f.bufferSize
	}
	contiguous := f.ordered() || f.gatherAt+f.gatherLen == offset
	return contiguous && f.gatherLen+length <= int64(len(f.gather))
}

// gatherCopy takes a small block for offset over. The caller has made sure that it fits, and moves the position.
func (f *File) gatherCopy(data unsafe.Pointer, length, offset int64) {
	if f.gather == nil {
		f.gather = takeBuffer(f.bufferSize)
	}
	if f.gatherLen == 0 {
		f.gatherAt = offset
	}
	copy(f.gather[f.gatherLen:], bytesAt(data, length))
	f.gatherLen += length
	f.blocks++
	f.dirty.Store(true)
}

// wrote moves the position behind a write and drops the window, which may show what was there before.
func (f *File) wrote(length int64) {
	f.dropWindow()
	if !f.writing {
		f.newEpoch()
		f.writing = true
	}
	f.position += length
	f.atEnd = f.flags&sys.OpenAppend != 0 && !f.stream()
	f.readEnd = -1
}

// rotate moves gather into push, which must be empty.
func (f *File) rotate() {
	f.push, f.gather = f.gather, f.push
	f.pushLen, f.pushDone, f.pushAt = f.gatherLen, 0, f.gatherAt
	f.gatherLen = 0
}

// nextPush makes push hold data if anything is dirty.
func (f *File) nextPush() bool {
	if f.pushDone < f.pushLen {
		return true
	}
	f.pushLen, f.pushDone = 0, 0
	if f.gatherLen > 0 {
		f.rotate()
		return true
	}
	f.dirty.Store(false)
	return false
}

// cleaned notes that nothing waits to be pushed, where that is so. The caller holds the lock.
func (f *File) cleaned() {
	if f.pushDone >= f.pushLen && f.gatherLen == 0 {
		f.pushLen, f.pushDone = 0, 0
		f.dirty.Store(false)
	}
}

func (f *File) pushOffset() int64 {
	if f.ordered() {
		return -1
	}
	return f.pushAt + f.pushDone
}

// pushInline tries to push everything on the calling thread. The caller holds the file's lock; nobody else pushes.
func (f *File) pushInline() bool {
	if f.pusher != nil {
		return false
	}
	for f.nextPush() {
		count := f.tryWrite(unsafe.Pointer(&f.push[f.pushDone]), f.pushLen-f.pushDone, f.pushOffset())
		if count == 0 {
			return false
		}
		f.pushDone += count
	}
	return true
}

// pushThen pushes everything gathered and then continues with after. An error of the push ends the operation; the
// data stays gathered, and the next push tries again.
func (o *op) pushThen(after func(*op)) {
	o.after = after
	resumePush(o)
}

func resumePush(o *op) {
	if !o.awaitOpen(resumePush) {
		return
	}
	f := o.file
	if f.pusher != nil && f.pusher != o {
		f.wait(o, resumePush)
		f.mu.Unlock()
		return
	}
	if !f.nextPush() {
		f.mu.Unlock()
		o.after(o)
		return
	}
	f.pusher = o
	o.pushes = 1
	if f.gatherLen > 0 {
		o.pushes = 2
	}
	f.aimPush()
	f.mu.Unlock()
	// The data was accepted long ago: cancelling who happens to push it must not lose it.
	o.keepGoing = true
	submitPush(o)
}

// aimPush notes where an append will most likely land, for those who ask for the size while it is in flight. The
// caller holds the lock.
func (f *File) aimPush() {
	var stat sys.Stat
	if f.flags&sys.OpenAppend != 0 && f.local() && sys.Fstat(f.fd, &stat) == 0 {
		f.pushAt = stat.Size - f.pushDone
	}
}

func submitPush(o *op) {
	f := o.file
	o.req.Op, o.req.FD, o.req.Flags = backend.OpWrite, f.fd, 0
	o.req.Data, o.req.Length = unsafe.Pointer(&f.push[f.pushDone]), f.pushLen-f.pushDone
	o.req.Offset = f.pushOffset()
	o.submit(stepPush)
}

func stepPush(o *op) {
	f := o.file
	err, native := writeOutcome(&o.req)
	f.mu.Lock()
	// A close that has waited long enough has released the descriptor: its number may be another file's by now.
	abandoned := f.state != fileOpen
	switch {
	case abandoned:
	case o.req.Errno == sys.EINTR:
		f.mu.Unlock()
		submitPush(o)
		return
	case o.req.Errno == sys.EAGAIN:
		f.mu.Unlock()
		o.waitReady(true, submitPush)
		return
	}
	if err == EOK {
		f.pushDone += o.req.Result
		if f.pushDone >= f.pushLen {
			o.pushes--
		}
		if !abandoned && (f.pushDone < f.pushLen || o.pushes > 0 && f.nextPush()) {
			f.aimPush()
			f.mu.Unlock()
			submitPush(o)
			return
		}
	}
	f.pusher = nil
	f.cleaned()
	f.dropWindow()
	f.mu.Unlock()
	o.keepGoing = false
	switch {
	case err != EOK:
		if o.kind == OpWrite {
			o.ungather()
		}
		o.pushFailed(err, native)
	case o.cancelled && o.kind != OpClose:
		o.end(-1, ECANCELED, int32(sys.ECANCELED))
	default:
		o.turn = true
		o.after(o)
	}
	f.wake(o.queue)
}

// pushFailed ends the operation that pushed, except a close, which goes on to release the descriptor.
func (o *op) pushFailed(err Error, native int32) {
	if o.kind == OpClose {
		o.err, o.native = err, native
		o.after(o)
		return
	}
	o.unplace()
	o.end(-1, err, native)
}

// writeOutcome turns "nothing written, no error" into an error: the loop would not end otherwise.
func writeOutcome(r *backend.Request) (Error, int32) {
	switch {
	case r.Errno != 0:
		return errorOf(r.Errno), int32(r.Errno)
	case r.Result == 0:
		return EIO, int32(sys.EIO)
	}
	return EOK, 0
}

// ungather takes the block of a failed write out of the buffer again, where it is still the last one there: the
// caller hears of an error and will not expect it to be written.
func (o *op) ungather() {
	f := o.file
	f.mu.Lock()
	if o.pushOnce {
		if o.block == f.blocks && f.gatherLen >= o.length {
			f.gatherLen -= o.length
			o.vacate(0)
		}
		o.placed = false
	}
	f.mu.Unlock()
}

// waitReady waits on a worker until a descriptor in non-blocking mode can go on, in slices so that a cancellation is
// seen.
func (o *op) waitReady(write bool, again func(*op)) {
	if o.cancelled && !o.keepGoing {
		o.req.Errno = sys.ECANCELED
		o.step(o)
		return
	}
	o.again = again
	o.req.Op = backend.OpCall
	o.req.Call = callWaitReadable
	if write {
		o.req.Call = callWaitWritable
	}
	o.submit(stepReady)
}

const readySlice = 50 * time.Millisecond

func callWaitReadable(r *backend.Request) {
	sys.WaitReady(r.FD, false, int(readySlice/time.Millisecond))
	r.Result, r.Errno = 0, 0
}

func callWaitWritable(r *backend.Request) {
	sys.WaitReady(r.FD, true, int(readySlice/time.Millisecond))
	r.Result, r.Errno = 0, 0
}

func stepReady(o *op) {
	again := o.again
	o.again = nil
	f := o.file
	f.mu.Lock()
	abandoned := f.state != fileOpen
	f.mu.Unlock()
	if abandoned && o.keepGoing {
		o.req.Errno = sys.ECANCELED
		stepPush(o)
		return
	}
	again(o)
}

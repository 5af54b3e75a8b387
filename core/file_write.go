package core

import (
	"math"
	"slices"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func opWrite(q *Queue, f *File, a *WriteArgs, s *Submission, c *Completion) Status {
	if a.Length > lengthMax {
		return refused(EINVAL)
	}
	length := int64(a.Length)
	f.mu.Lock()
	if f.state == fileOpen {
		if f.flags&sys.OpenWrite == 0 {
			f.mu.Unlock()
			return failed(s, c, ENOTWRITABLE, int32(sys.EBADF))
		}
		errno, ok := f.writeInline(a.Data, length)
		if ok {
			f.mu.Unlock()
			if errno != 0 {
				return failed(s, c, errorOf(errno), int32(errno))
			}
			return done(s, c, length)
		}
	} else if status := f.notOpen(q, s, c); status != StatusWouldWait {
		f.mu.Unlock()
		return status
	}
	f.mu.Unlock()
	if q == nil {
		return StatusWouldWait
	}
	o := q.newOp(s, f)
	o.data, o.length = a.Data, length
	startWrite(o)
	return pend(o, c)
}

// writeInline gathers a small block, or writes where that cannot wait; it leaves everything as it was otherwise. The
// caller holds the file's lock.
func (f *File) writeInline(data unsafe.Pointer, length int64) (sys.Errno, bool) {
	if length == 0 {
		return 0, true
	}
	if f.waiters.head != nil || len(f.appends) > 0 || (f.reader != nil || f.linesOut > 0) && !f.stream() || length > math.MaxInt64-f.position {
		return 0, false
	}
	small := length < f.bufferSize
	if small && f.gathered(length, f.position) {
		f.gatherCopy(data, length, f.position)
		f.wrote(length)
		return 0, true
	}
	if f.pusher != nil || f.dirty.Load() && !f.pushInline() {
		return 0, false
	}
	if small {
		f.gatherCopy(data, length, f.position)
		f.wrote(length)
		return 0, true
	}
	count, errno, started := f.writeMemory(data, length, f.writeOffset())
	if count > 0 {
		f.wrote(count)
	}
	return errno, started
}

// mustWait: a write comes behind those that were started before it. The caller holds the lock.
func (o *op) mustWait() bool {
	f := o.file
	if f.ordered() {
		return f.appends[0] != o
	}
	return !o.turn && f.waiters.head != nil
}

// appended takes a write out of the file's appends: the system or the buffer has it, or it has ended. The caller holds
// the lock.
func (o *op) appended() {
	f := o.file
	if !o.appends {
		return
	}
	o.appends = false
	if at := slices.Index(f.appends, o); at == 0 {
		f.appends = f.appends[1:]
	} else {
		f.appends = slices.Delete(f.appends, at, at+1)
	}
	if len(f.appends) == 0 {
		f.appends = nil
	}
}

func (f *File) writeOffset() int64 {
	if f.ordered() {
		return -1
	}
	return f.position
}

// startWrite is the pending path of a write: reserve the place, wait for the turn, then gather or transfer.
func startWrite(o *op) {
	if !o.awaitOpen(startWrite) {
		return
	}
	f := o.file
	switch {
	case f.flags&sys.OpenWrite == 0:
		f.mu.Unlock()
		o.end(-1, ENOTWRITABLE, int32(sys.EBADF))
		return
	case f.positionUnknown(o):
		f.wait(o, startWrite)
		f.mu.Unlock()
		return
	case o.length == 0:
		f.mu.Unlock()
		o.end(0, EOK, 0)
		return
	case o.placed:
	case o.length > math.MaxInt64-f.position && !f.ordered():
		f.mu.Unlock()
		o.end(-1, EFBIG, int32(sys.EINVAL))
		return
	default:
		offset := f.writeOffset()
		f.wrote(o.length)
		o.place(offset)
		if f.ordered() {
			f.appends, o.appends = append(f.appends, o), true
		}
	}
	if o.mustWait() {
		f.wait(o, startWrite) // behind those that came first
		f.mu.Unlock()
		return
	}
	small := o.length < f.bufferSize
	switch {
	case small && f.gathered(o.length, o.offset):
		f.gatherCopy(o.data, o.length, o.offset)
		f.mu.Unlock()
		o.end(o.length, EOK, 0)
	case small && f.pusher == nil && f.pushDone >= f.pushLen:
		// The buffer is full, or what it holds belongs elsewhere: it goes out, this block is the first of the next
		// one, and this call waits for the push and reports its error.
		f.pushLen, f.pushDone = 0, 0
		f.rotate()
		f.gatherCopy(o.data, o.length, o.offset)
		f.pusher, o.block = o, f.blocks
		o.appended()
		f.aimPush()
		f.mu.Unlock()
		o.after, o.keepGoing, o.pushOnce = writeGathered, true, true
		submitPush(o)
	case f.pusher != nil || f.dirty.Load():
		f.mu.Unlock()
		o.pushThen(startWrite)
	default:
		if f.ordered() {
			f.pusher, o.exclusive = o, true
			o.appended()
		}
		f.mu.Unlock()
		transferWrite(o)
	}
}

func writeGathered(o *op) { o.end(o.length, EOK, 0) }

func transferWrite(o *op) {
	o.req.Op, o.req.FD, o.req.Flags = backend.OpWrite, o.file.fd, 0
	o.req.Data, o.req.Length = offsetPointer(o.data, o.done), o.length-o.done
	o.req.Offset = o.offset
	if o.offset >= 0 {
		o.req.Offset += o.done
	}
	if o.req.Length > option(optionInlineReadMax) {
		o.req.Flags = backend.FlagAsync // the copy into the page cache would stall the submitting thread
	}
	o.bounceWrite()
	o.submit(stepWrite)
}

func stepWrite(o *op) {
	o.unbounceWrite()
	switch {
	case o.req.Errno == sys.EINTR && !o.cancelled:
		transferWrite(o)
		return
	case o.req.Errno == sys.EAGAIN && !o.cancelled:
		o.waitReady(true, transferWrite)
		return
	}
	err, native := writeOutcome(&o.req)
	if err == EOK {
		o.done += o.req.Result
		if o.done < o.length && !o.cancelled {
			transferWrite(o)
			return
		}
	}
	if err == EOK && o.done < o.length {
		err, native = ECANCELED, int32(sys.ECANCELED)
	}
	f := o.file
	f.mu.Lock()
	f.dropWindow()
	if err != EOK {
		o.vacate(o.done)
	}
	f.mu.Unlock()
	if err != EOK {
		o.end(-1, err, native)
		return
	}
	o.end(o.length, EOK, 0)
}

func opWriteAt(q *Queue, f *File, a *WriteAtArgs, s *Submission, c *Completion) Status {
	if a.Length > lengthMax {
		return refused(EINVAL)
	}
	if status := f.checkPositional(sys.OpenWrite, a.Offset, a.Length, s, c); status != StatusPending {
		return status
	}
	if f.ready.Load() && !f.dirty.Load() {
		_, errno, started := f.writeMemory(a.Data, int64(a.Length), a.Offset)
		if started {
			f.mu.Lock()
			f.dropWindow()
			f.mu.Unlock()
		}
		if errno != 0 {
			return failed(s, c, errorOf(errno), int32(errno))
		} else if started {
			return done(s, c, int64(a.Length))
		}
	}
	if q == nil {
		return StatusWouldWait
	}
	o := q.newOp(s, f)
	o.data, o.length, o.offset = a.Data, int64(a.Length), a.Offset
	startWriteAt(o)
	return pend(o, c)
}

func startWriteAt(o *op) {
	if !o.awaitOpen(startWriteAt) {
		return
	}
	f := o.file
	blocked, placeless := f.dirty.Load() && !o.turn, f.placeless()
	f.mu.Unlock()
	switch {
	case placeless:
		o.end(-1, ESPIPE, int32(sys.ESPIPE))
	case blocked:
		o.pushThen(startWriteAt)
	default:
		o.epoch = math.MaxUint64
		transferWrite(o)
	}
}

// dropWindow: the file has changed under the window. A transfer drops it when it has ended, since a read can fill the
// window meanwhile. On a stream the window is no copy. The caller holds the lock.
func (f *File) dropWindow() {
	if !f.stream() {
		f.windowLen = 0
		f.changes++
	}
}

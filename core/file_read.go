package core

import (
	"math"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// lengthMax keeps offset+length inside int64 for every valid offset a system accepts.
const lengthMax = 1 << 62

func opRead(q *Queue, f *File, a *ReadArgs, s *Submission, c *Completion) Status {
	if a.Length > lengthMax || a.Flags&^(ReadPartial|ReadToEnd) != 0 || a.Reserved != 0 {
		return refused(EINVAL)
	}
	f.mu.Lock()
	if f.state == fileOpen {
		if f.flags&sys.OpenRead == 0 {
			f.mu.Unlock()
			return failed(s, c, ENOTREADABLE, int32(sys.EBADF))
		}
		if count, ok := f.readInline(a.Data, int64(a.Length), a.Flags); ok {
			f.mu.Unlock()
			return done(s, c, count)
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
	o.data, o.length, o.argument = a.Data, int64(a.Length), int64(a.Flags)
	startRead(o)
	return pend(o, c)
}

// readInline serves a read from the window and the page cache, or leaves everything as it was. The caller holds the
// file's lock.
func (f *File) readInline(data unsafe.Pointer, length int64, flags uint32) (int64, bool) {
	if length == 0 && flags&ReadToEnd == 0 {
		return 0, true
	}
	if !f.cursorFree() || f.dirty.Load() && !f.pushInline() {
		return 0, false
	}
	f.resolvePosition()
	copied := f.windowCopy(data, length)
	if copied == length && flags&ReadToEnd == 0 || copied > 0 && flags&ReadPartial != 0 {
		f.advance(copied)
		return copied, true
	}
	offset := f.place(copied)
	rest, at := length-copied, offsetPointer(data, copied)
	var count int64
	var ended bool
	if f.readAhead(rest, offset, flags) {
		count, ended = f.fillWindow(offset)
		ended = ended || count >= rest
		count = f.windowCopyAt(at, rest, offset)
	} else {
		count, ended = f.tryRead(at, rest, offset)
	}
	total := copied + count
	full := flags&ReadToEnd != 0 && total == length // then there may be more than fits
	if !full && (ended || total > 0 && flags&ReadPartial != 0) {
		f.advance(total)
		return total, true
	}
	if f.stream() && total > 0 {
		// What a pipe has given is gone from there; it waits in the window for the rest.
		f.stash(bytesAt(data, total))
	}
	return 0, false
}

// cursorFree: no operation is in the way of one that uses the position.
func (f *File) cursorFree() bool {
	if f.stream() {
		return f.readers.head == nil && f.reader == nil && (f.pusher == nil || !f.dirty.Load())
	}
	return f.waiters.head == nil && f.reader == nil && f.linesOut == 0 && f.pusher == nil
}

// place is the offset for a transfer that starts copied bytes after the position.
func (f *File) place(copied int64) int64 {
	if f.stream() {
		return -1
	}
	return f.position + copied
}

func (f *File) advance(count int64) {
	f.reading()
	f.position += count
	f.readEnd = f.position
}

// readAhead decides whether to fill the whole window: only for small reads that go on where the last one ended. A
// random read of 256 bytes must not cost a copy of 64 KiB.
func (f *File) readAhead(rest, offset int64, flags uint32) bool {
	return flags == 0 && !f.stream() && f.bufferSize > 0 && rest*4 <= f.bufferSize && f.readEnd == f.position && offset >= 0
}

// fillWindow reads a window's worth at offset, inline.
func (f *File) fillWindow(offset int64) (count int64, ended bool) {
	f.needWindow()
	f.windowLen = 0
	size := min(int64(len(f.window)), option(optionInlineReadMax))
	count, ended = f.tryRead(unsafe.Pointer(&f.window[0]), size, offset)
	f.windowAt, f.windowLen = max(offset, 0), count
	return count, ended && count < size
}

func (f *File) needWindow() {
	if f.window == nil {
		size := f.bufferSize
		if size == 0 {
			size = option(optionBufferSize)
		}
		f.window = takeBuffer(size)
	}
}

// windowCopy takes what the window holds from the position on. On a stream the window starts at the position always.
func (f *File) windowCopy(data unsafe.Pointer, length int64) int64 {
	if f.windowLen == 0 {
		return 0
	}
	if f.stream() {
		count := min(length, f.windowLen)
		copy(bytesAt(data, count), f.window[:count])
		f.dropFromStream(count)
		return count
	}
	return f.windowCopyAt(data, length, f.position)
}

// dropFromStream removes what was taken: on a stream the window starts where the reader is.
func (f *File) dropFromStream(count int64) {
	if f.stream() && count > 0 {
		copy(f.window, f.window[count:f.windowLen])
		f.windowLen -= count
	}
}

func (f *File) windowCopyAt(data unsafe.Pointer, length, offset int64) int64 {
	if offset < f.windowAt || offset >= f.windowAt+f.windowLen {
		return 0
	}
	from := offset - f.windowAt
	count := min(length, f.windowLen-from)
	copy(bytesAt(data, count), f.window[from:from+count])
	return count
}

// stash keeps bytes of a stream for the next read.
func (f *File) stash(b []byte) {
	f.needWindow()
	if need := f.windowLen + int64(len(b)); need > int64(len(f.window)) {
		grown := make([]byte, need)
		copy(grown, f.window[:f.windowLen])
		giveBuffer(f.window)
		f.window = grown
	}
	copy(f.window[f.windowLen:], b)
	f.windowLen += int64(len(b))
}

// startRead is the pending path: reserve the place, wait for what is in the way, then transfer.
func startRead(o *op) {
	if !o.awaitOpen(startRead) {
		return
	}
	f := o.file
	flags := uint32(o.argument)
	switch {
	case f.flags&sys.OpenRead == 0:
		f.mu.Unlock()
		o.end(-1, ENOTREADABLE, int32(sys.EBADF))
		return
	case f.positionUnknown(o) || f.endUnknown(o) || f.stream() && f.reader != nil:
		f.wait(o, startRead)
		f.mu.Unlock()
		return
	case !o.placed && !f.stream():
		f.resolvePosition()
		f.reading()
		o.length = min(o.length, math.MaxInt64-f.position)
		o.place(f.position)
		f.position += o.length
	}
	if !o.turn && (f.dirty.Load() || f.pusher != nil && !f.stream()) {
		f.mu.Unlock()
		o.pushThen(startRead)
		return
	}
	if f.stream() {
		o.done = f.windowCopy(o.data, o.length)
		o.offset = -1
	} else {
		o.done = f.windowCopyAt(o.data, o.length, o.offset)
	}
	if o.done == o.length && flags&ReadToEnd == 0 || o.done > 0 && flags&ReadPartial != 0 {
		f.mu.Unlock()
		o.endRead(EOK, 0)
		return
	}
	if o.done >= o.length {
		o.spill = newSpill()
	}
	if f.stream() {
		f.reader, o.exclusive = o, true
	}
	f.mu.Unlock()
	transferRead(o)
}

// transferRead submits what is left of a read.
func transferRead(o *op) {
	o.req.Op = backend.OpRead
	o.req.FD = o.file.fd
	if o.done < o.length {
		o.req.Data, o.req.Length = offsetPointer(o.data, o.done), o.length-o.done
	} else {
		o.req.Data, o.req.Length = o.spill.room()
	}
	o.req.Offset = o.offset
	if o.offset >= 0 {
		o.req.Offset += o.done
	}
	o.req.Flags = 0
	if o.req.Length > option(optionInlineReadMax) {
		// The copy itself would stall the thread that hands the request over.
		o.req.Flags = backend.FlagAsync
	}
	o.bounceRead()
	o.submit(stepRead)
}

func stepRead(o *op) {
	flags := uint32(o.argument)
	o.unbounceRead()
	switch errno := o.req.Errno; {
	case o.cancelled:
		if errno == 0 {
			o.take(o.req.Result)
		}
		o.endRead(ECANCELED, int32(sys.ECANCELED))
		return
	case errno == sys.EINTR:
		transferRead(o)
		return
	case errno == sys.EAGAIN:
		o.waitReady(false, transferRead)
		return
	case errno != 0:
		// Also after some bytes: a short read would pass for the end of the file.
		o.endRead(errorOf(errno), int32(errno))
		return
	case o.req.Result == 0:
		o.endRead(EOK, 0)
		return
	}
	o.take(o.req.Result)
	switch {
	case flags&ReadPartial != 0, o.done >= o.length && flags&ReadToEnd == 0:
		o.endRead(EOK, 0)
		return
	case o.done >= o.length && o.spill == nil:
		o.spill = newSpill()
	}
	transferRead(o)
}

// take books count bytes that have arrived.
func (o *op) take(count int64) {
	if o.done >= o.length && o.spill != nil {
		o.spill.grow(count)
	}
	o.done += count
}

// endRead settles the position: it is where the data really ended.
func (o *op) endRead(err Error, native int32) {
	f := o.file
	f.mu.Lock()
	end := o.offset + o.done
	switch {
	case f.stream():
		if err != EOK && o.done > 0 {
			f.stash(bytesAt(o.data, min(o.done, o.length)))
			if o.spill != nil {
				f.stash(o.spill.bytes())
			}
		}
	case !o.placed || o.epoch != f.epoch:
	case err != EOK:
		o.vacate(0)
	case o.done < o.length && uint32(o.argument)&ReadPartial == 0:
		if end < f.position {
			f.position, f.vacant = end, nil
		}
		f.readEnd = end
	case o.done < o.length:
		o.vacate(o.done)
		f.readEnd = end
	default:
		if f.position == o.offset+o.length {
			f.position = end // more than the room
		}
		f.readEnd = end
	}
	f.mu.Unlock()
	if err != EOK {
		o.spill = nil
		o.end(-1, err, native)
		return
	}
	o.end(o.done, EOK, 0)
}

func opReadAt(q *Queue, f *File, a *ReadAtArgs, s *Submission, c *Completion) Status {
	if a.Length > lengthMax {
		return refused(EINVAL)
	}
	if f.ready.Load() && !f.dirty.Load() && f.flags&sys.OpenRead != 0 && !f.stream() &&
		a.Offset >= 0 && a.Offset <= math.MaxInt64-int64(a.Length) {
		if count, ended := f.tryRead(a.Data, int64(a.Length), a.Offset); ended {
			return done(s, c, count)
		}
	}
	if status := f.checkPositional(sys.OpenRead, a.Offset, a.Length, s, c); status != StatusPending {
		return status
	}
	if q == nil {
		return StatusWouldWait
	}
	o := q.newOp(s, f)
	o.data, o.length, o.offset = a.Data, int64(a.Length), a.Offset
	startReadAt(o)
	return pend(o, c)
}

// checkPositional finds the mistakes of a positional operation; StatusPending means none.
func (f *File) checkPositional(direction sys.OpenFlags, offset int64, length uint64, s *Submission, c *Completion) Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.state == fileFailed:
		return failed(s, c, f.openErr, f.openNative)
	case f.flags&direction == 0:
		return failed(s, c, wrongDirection(direction), int32(sys.EBADF))
	case offset < 0 || offset > math.MaxInt64-int64(length):
		return failed(s, c, EINVAL, int32(sys.EINVAL))
	case direction == sys.OpenWrite && f.flags&sys.OpenAppend != 0:
		// Linux would ignore the offset and append.
		return failed(s, c, EINVAL, int32(sys.EINVAL))
	case f.state == fileOpen && f.placeless():
		return failed(s, c, ESPIPE, int32(sys.ESPIPE))
	case length == 0:
		return done(s, c, 0)
	}
	return StatusPending
}

func wrongDirection(direction sys.OpenFlags) Error {
	if direction == sys.OpenRead {
		return ENOTREADABLE
	}
	return ENOTWRITABLE
}

func startReadAt(o *op) {
	if !o.awaitOpen(startReadAt) {
		return
	}
	f := o.file
	blocked := f.dirty.Load() && !o.turn
	placeless := f.placeless()
	f.mu.Unlock()
	switch {
	case placeless:
		o.end(-1, ESPIPE, int32(sys.ESPIPE))
	case blocked:
		o.pushThen(startReadAt)
	default:
		o.epoch = math.MaxUint64 // it never moves the position
		transferRead(o)
	}
}

package core

import (
	"bytes"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Reading lines goes through the window: whole lines are taken out of it, what is behind them stays for the next call.

func opReadLines(q *Queue, f *File, a *ReadLinesArgs, s *Submission, c *Completion) Status {
	if a.Length == 0 || a.Length > lengthMax {
		return refused(EINVAL) // no room would look like the end of the file
	}
	f.mu.Lock()
	if f.state == fileOpen && f.flags&sys.OpenRead == 0 {
		f.mu.Unlock()
		return failed(s, c, ENOTREADABLE, int32(sys.EBADF))
	}
	if f.state == fileOpen && f.cursorFree() && (!f.dirty.Load() || f.pushInline()) {
		f.resolvePosition()
		if count, ended := f.lines(a.Data, int64(a.Length), a.LinesMax); ended {
			f.dropFromStream(count)
			f.advance(count)
			f.mu.Unlock()
			return done(s, c, count)
		}
	}
	status := f.notOpenOr(q, s, c)
	f.mu.Unlock()
	if status != StatusPending {
		return status
	}
	o := q.newOp(s, f)
	o.data, o.length, o.argument = a.Data, int64(a.Length), int64(a.LinesMax)
	startLines(o)
	return pend(o, c)
}

// takeLines copies from the window at offset up to the end of a line. ended: a line ended or the room is used up.
func (f *File) takeLines(data unsafe.Pointer, room, offset int64, linesMax uint64) (count int64, ended bool) {
	if offset < f.windowAt || offset >= f.windowAt+f.windowLen {
		return 0, false
	}
	rest := f.window[offset-f.windowAt : f.windowLen]
	rest = rest[:min(int64(len(rest)), room)]
	end := lineEnd(rest, linesMax)
	if end > 0 {
		return int64(copy(bytesAt(data, room), rest[:end])), true
	}
	count = int64(copy(bytesAt(data, room), rest))
	return count, count == room
}

// lineEnd is the length of the first linesMax whole lines of b (0: of all whole lines); 0 when there is none.
func lineEnd(b []byte, linesMax uint64) int {
	if linesMax == 0 {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	end := 0
	for ; linesMax > 0; linesMax-- {
		at := bytes.IndexByte(b[end:], '\n')
		if at < 0 {
			break
		}
		end += at + 1
	}
	return end
}

// lines takes lines without waiting. Nothing but the window has changed when it does not get to an end.
func (f *File) lines(data unsafe.Pointer, room int64, linesMax uint64) (total int64, ended bool) {
	if room == 0 {
		return 0, true
	}
	if f.stream() {
		f.windowAt = f.position
	}
	for {
		count, ended := f.takeLines(offsetPointer(data, total), room-total, f.position+total, linesMax)
		total += count
		if ended {
			return total, true
		}
		if f.stream() {
			return 0, false
		}
		filled, atEnd := f.fillWindow(f.position + total)
		if filled == 0 {
			return total, atEnd
		}
	}
}

func startLines(o *op) {
	if !o.awaitOpen(startLines) {
		return
	}
	f := o.file
	switch {
	case f.flags&sys.OpenRead == 0:
		f.mu.Unlock()
		o.end(-1, ENOTREADABLE, int32(sys.EBADF))
		return
	case f.positionUnknown(o) || f.endUnknown(o):
		f.wait(o, startLines)
		f.mu.Unlock()
		return
	}
	// The place is taken before anything is waited for: what comes next reads behind these lines.
	f.resolvePosition()
	f.reading()
	o.place(f.position)
	f.linesOut++
	f.mu.Unlock()
	beginLines(o)
}

func beginLines(o *op) {
	if !o.awaitOpen(beginLines) {
		return
	}
	f := o.file
	switch {
	case f.reader != nil:
		f.wait(o, beginLines)
		f.mu.Unlock()
		return
	case f.dirty.Load() || f.pusher != nil && !f.stream():
		f.mu.Unlock()
		o.pushThen(beginLines)
		return
	}
	if f.stream() {
		o.offset = f.position
	}
	f.reader, o.exclusive = o, true
	o.changes = f.changes
	continueLines(o)
}

// continueLines is called with the file's lock and gives it back.
func continueLines(o *op) {
	f := o.file
	if f.stream() {
		f.windowAt = o.offset + o.done
	}
	count, ended := f.takeLines(offsetPointer(o.data, o.done), o.length-o.done, o.offset+o.done, uint64(o.argument))
	o.done += count
	f.dropFromStream(count)
	if ended || o.length == 0 {
		f.mu.Unlock()
		o.endLines(EOK, 0)
		return
	}
	f.needWindow()
	f.windowLen = 0
	f.mu.Unlock()
	fillLines(o)
}

// fillLines reads the next window. The operation is the file's reader, so that nobody else touches the window's memory
// meanwhile; its length is 0 until the data is there.
func fillLines(o *op) {
	f := o.file
	o.req.Op, o.req.FD, o.req.Flags = backend.OpRead, f.fd, 0
	if o.scratch == nil {
		f.mu.Lock()
		o.scratch = takeBuffer(int64(len(f.window)))
		f.mu.Unlock()
	}
	o.req.Data, o.req.Length = unsafe.Pointer(&o.scratch[0]), int64(len(o.scratch))
	o.req.Offset = o.offset + o.done
	if f.stream() {
		o.req.Offset = -1
	}
	o.submit(stepLines)
}

func stepLines(o *op) {
	f := o.file
	switch errno := o.req.Errno; {
	case errno == sys.EINTR && !o.cancelled:
		fillLines(o)
	case errno == sys.EAGAIN && !o.cancelled:
		o.waitReady(false, fillLines)
	case errno != 0:
		// Also with a part of the line at hand: given out, it would pass for a line. It is read again.
		o.endLines(errorOf(errno), int32(errno))
	case o.req.Result == 0:
		o.endLines(EOK, 0)
	default:
		f.mu.Lock()
		f.window, o.scratch = o.scratch, f.window
		f.windowAt, f.windowLen = o.offset+o.done, o.req.Result
		if o.cancelled {
			f.mu.Unlock()
			o.endLines(ECANCELED, int32(sys.ECANCELED))
			return
		}
		continueLines(o)
	}
}

func (o *op) endLines(err Error, native int32) {
	f := o.file
	f.mu.Lock()
	if o.scratch != nil {
		giveBuffer(o.scratch)
		o.scratch = nil
	}
	switch {
	case err != EOK && f.stream() && o.done > 0:
		// The start of the line is gone from the stream; it goes back in front of what came after it.
		after := append([]byte(nil), f.window[:f.windowLen]...)
		f.windowLen = 0
		f.stash(bytesAt(o.data, o.done))
		f.stash(after)
	case err == EOK && o.epoch == f.epoch:
		f.position = o.offset + o.done
		f.readEnd = f.position
	}
	if o.changes != f.changes && !f.stream() {
		f.windowLen = 0 // read before the change, perhaps
	}
	f.mu.Unlock()
	if err != EOK {
		o.end(-1, err, native)
		return
	}
	o.end(o.done, EOK, 0)
}

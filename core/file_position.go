package core

import (
	"math"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Position operations never wait for a transfer: they only look at the file's own numbers, and at the size where that
// is answered from memory. That makes "seek, then read" in one task safe from other tasks on the same file.

const (
	seekStart = iota
	seekPosition
	seekEnd
)

func opSeek(q *Queue, f *File, a *SeekArgs, s *Submission, c *Completion) Status {
	if a.Whence > seekEnd || a.Reserved != 0 {
		return refused(EINVAL)
	}
	f.mu.Lock()
	if f.state == fileOpen && (a.Whence != seekEnd || f.asksAtOnce()) {
		if q == nil && f.dirty.Load() && !f.pushInline() {
			f.mu.Unlock()
			return StatusWouldWait // gathered data starts on its way, which takes a queue
		}
		position, errno := f.seek(a.Offset, a.Whence, nil)
		f.mu.Unlock()
		if errno != 0 {
			return failed(s, c, errorOf(errno), int32(errno))
		}
		if q != nil {
			f.pushBehind(q)
		}
		return done(s, c, position)
	}
	return f.begin(q, s, c, func(o *op) {
		o.offset, o.argument = a.Offset, int64(a.Whence)
		startSeek(o)
	})
}

// notOpenOr: what to answer when the inline path is not possible; StatusPending means take the pending path. The
// caller holds the file's lock.
func (f *File) notOpenOr(q *Queue, s *Submission, c *Completion) Status {
	if f.state != fileOpen {
		if status := f.notOpen(q, s, c); status != StatusWouldWait {
			return status
		}
	}
	if q == nil {
		return StatusWouldWait
	}
	return StatusPending
}

// begin goes on with an operation on the pending path. The caller holds the lock, which this gives back.
func (f *File) begin(q *Queue, s *Submission, c *Completion, start func(*op)) Status {
	status := f.notOpenOr(q, s, c)
	f.mu.Unlock()
	if status != StatusPending {
		return status
	}
	o := q.newOp(s, f)
	start(o)
	return pend(o, c)
}

// seek sets the position. stat is the file's metadata where the caller had to wait for it. The caller holds the lock.
func (f *File) seek(offset int64, whence uint32, stat *sys.Stat) (int64, sys.Errno) {
	if f.stream() {
		return 0, sys.ESPIPE
	}
	base := int64(0)
	switch whence {
	case seekPosition:
		f.resolvePosition()
		base = f.position
	case seekEnd:
		size, errno := f.size(stat)
		if errno != 0 {
			return 0, errno
		}
		base = size
	}
	if offset > 0 && base > math.MaxInt64-offset || base+offset < 0 {
		return 0, sys.EINVAL
	}
	position := base + offset
	if whence != seekPosition || offset != 0 {
		f.newEpoch()
	}
	f.position, f.atEnd = position, false
	return position, 0
}

// size is where the file ends, counting what is gathered and not yet pushed.
func (f *File) size(stat *sys.Stat) (int64, sys.Errno) {
	var own sys.Stat
	if stat == nil {
		if errno := sys.Fstat(f.fd, &own); errno != 0 {
			return 0, errno
		}
		stat = &own
	}
	size := stat.Size
	waiting := f.pushLen - f.pushDone
	if f.ordered() {
		if waiting > 0 && f.pusher != nil {
			size = max(size, f.pushAt+f.pushLen) // the kernel may have done it already
			waiting = 0
		}
		return size + waiting + f.gatherLen, 0
	}
	if waiting > 0 {
		size = max(size, f.pushAt+f.pushLen)
	}
	if f.gatherLen > 0 {
		size = max(size, f.gatherAt+f.gatherLen)
	}
	return size, 0
}

func startSeek(o *op) {
	if !o.awaitOpen(startSeek) {
		return
	}
	f := o.file
	if uint32(o.argument) == seekEnd && !f.asksAtOnce() {
		f.mu.Unlock()
		// Pushed first: what is on its way could arrive between the answer and the moment when it is read.
		o.pushThen(askEnd)
		return
	}
	position, errno := f.seek(o.offset, uint32(o.argument), nil)
	f.mu.Unlock()
	o.settle(position, errno)
}

func askEnd(o *op) { o.stat(stepSeek) }

// stat asks for the file's metadata where that may take a while.
func (o *op) stat(step func(*op)) {
	o.req.Op, o.req.FD, o.req.Flags = backend.OpStat, o.file.fd, 0
	o.req.Stat = new(sys.Stat)
	o.submit(step)
}

func stepSeek(o *op) {
	if o.interrupted(stepSeek) {
		return
	}
	if o.req.Errno != 0 {
		o.endErrno(o.req.Errno)
		return
	}
	f := o.file
	f.mu.Lock()
	position, errno := f.seek(o.offset, uint32(o.argument), o.req.Stat)
	f.mu.Unlock()
	o.settle(position, errno)
}

func (o *op) settle(result int64, errno sys.Errno) {
	if errno != 0 {
		o.endErrno(errno)
		return
	}
	o.end(result, EOK, 0)
}

// pushBehind starts pushing what is gathered without anybody waiting. If it fails, the data stays gathered and the
// next call that pushes tries again and reports.
func (f *File) pushBehind(q *Queue) {
	f.mu.Lock()
	needed := f.dirty.Load() && f.pusher == nil
	f.mu.Unlock()
	if !needed {
		return
	}
	f.refs.Add(1)
	o := q.newOp(nil, f)
	o.pushThen(func(o *op) { o.end(0, EOK, 0) })
}

func opTell(q *Queue, f *File, _ *TellArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	if f.state == fileOpen {
		position, errno := f.tell()
		f.mu.Unlock()
		if errno != 0 {
			return failed(s, c, errorOf(errno), int32(errno))
		}
		return done(s, c, position)
	}
	return f.begin(q, s, c, startTell)
}

// tell is the position; the caller holds the lock.
func (f *File) tell() (int64, sys.Errno) {
	if f.stream() {
		return 0, sys.ESPIPE
	}
	f.resolvePosition()
	return f.position, 0
}

func startTell(o *op) {
	if !o.awaitOpen(startTell) {
		return
	}
	position, errno := o.file.tell()
	o.file.mu.Unlock()
	o.settle(position, errno)
}

func opSizeHint(q *Queue, f *File, _ *SizeHintArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	if f.state == fileOpen {
		hint := f.sizeHint()
		f.mu.Unlock()
		return done(s, c, hint)
	}
	return f.begin(q, s, c, startSizeHint)
}

// sizeHint: how much is left from the position on, plus one byte so that a read of that length meets the end.
func (f *File) sizeHint() int64 {
	guess := max(option(optionBufferSize), f.windowLen+1)
	if f.stream() || sys.Traits(f.traits.Load())&(sys.TraitSizeTrusted|sys.TraitLocal) != sys.TraitSizeTrusted|sys.TraitLocal {
		return guess
	}
	f.resolvePosition()
	size, errno := f.size(nil)
	if errno != 0 {
		return guess
	}
	return max(0, size-f.position) + 1
}

func startSizeHint(o *op) {
	if !o.awaitOpen(startSizeHint) {
		return
	}
	hint := o.file.sizeHint()
	o.file.mu.Unlock()
	o.end(hint, EOK, 0)
}

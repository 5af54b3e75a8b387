package core

import (
	"math"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

const (
	openFlagsKnown = OpenRead | OpenWrite | OpenAppend | OpenCreate | OpenExclusive | OpenTruncate | OpenDirect | OpenDirectory
	bufferingMax   = 1 << 30
	// The kind of a file in its mode, and a character device, as POSIX has them.
	modeFormat, modeCharacter = 0o170000, 0o020000
	// inlinePathMax bounds the copy of the path on the stack. A longer path is opened asynchronously.
	inlinePathMax = 512
)

func opOpen(q *Queue, a *OpenArgs, s *Submission, c *Completion) Status {
	if a.Flags&^openFlagsKnown != 0 || a.Flags&(OpenRead|OpenWrite) == 0 || a.Buffering < -1 || a.Buffering > bufferingMax {
		return refused(EINVAL)
	}
	system, apart := sys.SystemOpenFlags(a.SystemFlags)
	if a.PathLength > math.MaxInt32 || !apart || a.Reserved != 0 {
		return refused(EINVAL)
	}
	path := bytesAt(a.Path, int64(a.PathLength))
	for _, b := range path {
		if b == 0 {
			return refused(EINVAL)
		}
	}
	flags := sys.OpenFlags(a.Flags) | system
	// What a flag of the system's own does to an open in place is not known here.
	if len(path) < inlinePathMax && flags&(sys.OpenTruncate|sys.OpenExclusive) == 0 && system == 0 && inlineAllowed() {
		var terminated [inlinePathMax]byte
		copy(terminated[:], path)
		fd, errno := sys.OpenCached(unsafe.Pointer(&terminated[0]), flags, a.Mode)
		if errno == 0 {
			return openedInline(fd, flags, a.Buffering, s, c)
		}
		if errno != sys.EAGAIN {
			return failed(s, c, errorOf(errno), int32(errno))
		}
	}
	if q == nil {
		return StatusWouldWait
	}
	f := newFile(fileOpening)
	f.refs.Add(1)
	f.flags, f.bufferSize, f.ownsFD = flags, bufferSizeFor(a.Buffering), true
	o := q.newOp(s, f)
	o.req.Op = backend.OpOpen
	o.req.Path = append(append(o.req.Path[:0], path...), 0)
	o.req.OpenFlags, o.req.Mode = flags, a.Mode
	o.submit(stepOpen)
	status := pend(o, c)
	c.Result = int64(f.handle())
	return status
}

func bufferSizeFor(buffering int64) int64 {
	if buffering < 0 {
		return option(optionBufferSize)
	}
	return buffering
}

func openedInline(fd sys.FD, flags sys.OpenFlags, buffering int64, s *Submission, c *Completion) Status {
	f := newFile(fileOpening)
	f.flags, f.bufferSize, f.ownsFD = flags, bufferSizeFor(buffering), true
	if err, native := f.opened(fd); err != EOK {
		sys.Close(fd)
		f.discard()
		return failed(s, c, err, native)
	}
	return done(s, c, int64(f.handle()))
}

// opened learns what the descriptor is and makes the file usable. A directory is refused unless it was allowed.
func (f *File) opened(fd sys.FD) (Error, int32) {
	var stat sys.Stat
	if errno := sys.Fstat(fd, &stat); errno != 0 {
		return errorOf(errno), int32(errno)
	}
	if stat.Kind == sys.KindDirectory && f.flags&sys.OpenDirectory == 0 {
		return EISDIR, int32(sys.EISDIR)
	}
	traits := sys.FileTraits(fd, &stat)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.flags&sys.OpenDirect != 0 {
		// With O_DIRECT the kernel would wait for the device even in a non-blocking attempt.
		traits &^= sys.TraitReadNowait | sys.TraitWriteNowait | sys.TraitMemory
		f.bufferSize = 0 // gathered blocks would not be aligned
	}
	if !inlineAllowed() {
		traits &^= sys.TraitReadNowait | sys.TraitWriteNowait | sys.TraitMemory
	}
	f.fd, f.kind = fd, stat.Kind
	if stat.Mode&modeFormat == modeCharacter {
		_, errno := sys.Offset(fd) // a terminal says ESPIPE
		f.offsets = errno == 0
	}
	f.traits.Store(uint32(traits))
	f.readEnd = -1
	if f.flags&sys.OpenAppend != 0 && stat.Kind == sys.KindRegular {
		f.position = stat.Size
	}
	f.state = fileOpen
	f.ready.Store(true)
	return EOK, 0
}

func stepOpen(o *op) {
	f := o.file
	switch {
	case o.req.Errno == sys.EINTR && !o.cancelled:
		o.submit(stepOpen)
		return
	case o.req.Errno != 0:
		f.openFailed(errorOf(o.req.Errno), int32(o.req.Errno))
	case o.cancelled:
		// The kernel was faster than the cancellation; the descriptor has no owner.
		sys.Close(sys.FD(o.req.Result))
		f.openFailed(ECANCELED, int32(sys.ECANCELED))
	default:
		if err, native := f.opened(sys.FD(o.req.Result)); err != EOK {
			sys.Close(sys.FD(o.req.Result))
			f.openFailed(err, native)
		}
	}
	f.wake(o.queue)
	if f.openErr != EOK {
		o.end(-1, f.openErr, f.openNative)
		return
	}
	o.end(int64(f.handle()), EOK, 0)
}

func (f *File) openFailed(err Error, native int32) {
	f.mu.Lock()
	f.state, f.openErr, f.openNative = fileFailed, err, native
	f.mu.Unlock()
}

func opWrap(_ *Queue, a *WrapArgs, s *Submission, c *Completion) Status {
	const known = OpenRead | OpenWrite | OpenAppend | OpenDirect | WrapOwnsFD
	if a.Flags&^known != 0 || a.Flags&(OpenRead|OpenWrite) == 0 || a.Buffering < -1 || a.Buffering > bufferingMax || a.Position < -1 {
		return refused(EINVAL)
	}
	fd := sys.FD(a.FD)
	own, errno := sys.Flags(fd)
	if errno != 0 {
		return failed(s, c, errorOf(errno), int32(errno))
	}
	f := newFile(fileOpening)
	// How the descriptor itself was opened decides where its writes go and whether the page cache is used.
	f.flags = sys.OpenFlags(a.Flags&(OpenRead|OpenWrite|OpenAppend|OpenDirect)) | own&(sys.OpenAppend|sys.OpenDirect)
	f.bufferSize = bufferSizeFor(a.Buffering)
	f.ownsFD = a.Flags&WrapOwnsFD != 0
	err, native := f.opened(fd)
	if err != EOK {
		f.discard()
		return failed(s, c, err, native)
	}
	if !f.stream() && f.flags&sys.OpenAppend == 0 {
		f.position = a.Position
		if a.Position < 0 {
			f.position, errno = sys.Offset(fd)
			if errno != 0 {
				f.position = 0
			}
		}
	}
	return done(s, c, int64(f.handle()))
}

// discard frees the slot of a file that nobody has heard of.
func (f *File) discard() {
	f.refs.Add(closingBit)
	f.state = fileClosed
	f.freeSlot()
}

// notOpen answers an operation on a file whose open is pending or has failed. The caller holds the file's lock.
func (f *File) notOpen(q *Queue, s *Submission, c *Completion) Status {
	if f.state == fileFailed {
		return failed(s, c, f.openErr, f.openNative)
	}
	return StatusWouldWait
}

// awaitOpen makes a started operation wait for the open, or ends it when there is nothing to wait for. It returns
// true, with the file's lock held, when the file is open.
func (o *op) awaitOpen(resume func(*op)) bool {
	f := o.file
	f.mu.Lock()
	switch {
	case o.cancelled && !o.keepGoing:
		f.mu.Unlock()
		o.end(-1, ECANCELED, int32(sys.ECANCELED))
	case f.state == fileOpen:
		return true
	case f.state == fileOpening:
		f.wait(o, resume)
		f.mu.Unlock()
	case f.state == fileFailed:
		f.mu.Unlock()
		o.end(-1, f.openErr, f.openNative)
	default:
		f.mu.Unlock()
		o.end(-1, ECANCELED, int32(sys.ECANCELED))
	}
	return false
}

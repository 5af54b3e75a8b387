package core

import (
	"math"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// OpenBlocking opens a file on the calling goroutine. tried is false where only Submit may.
func OpenBlocking(path string, a *OpenArgs) (handle uint64, err Error, native int32, tried bool) {
	system, apart := sys.SystemOpenFlags(a.SystemFlags)
	if a.Flags&^openFlagsKnown != 0 || a.Flags&(OpenRead|OpenWrite) == 0 || a.Buffering < -1 || a.Buffering > bufferingMax ||
		!apart || len(path) >= inlinePathMax || !inlineAllowed() {
		return 0, EOK, 0, false
	}
	var terminated [inlinePathMax]byte
	copy(terminated[:], path)
	flags := sys.OpenFlags(a.Flags) | system
	var fd sys.FD
	for {
		var errno sys.Errno
		fd, errno = sys.Open(terminated[:len(path)+1], flags, a.Mode)
		if errno == 0 {
			break
		}
		if errno != sys.EINTR {
			return 0, errorOf(errno), int32(errno), true
		}
	}
	var s Submission
	var c Completion
	openedInline(fd, flags, a.Buffering, &s, &c)
	if c.Error != EOK {
		return 0, c.Error, c.Native, true
	}
	return uint64(c.Result), EOK, 0, true
}

// WriteAtBlocking writes at an offset on the calling goroutine. count tells how far it got, also before an error.
func WriteAtBlocking(handle uint64, data unsafe.Pointer, length, offset int64) (count int64, err Error, native int32, tried bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return 0, EOK, 0, false
	}
	defer f.release(nil)
	if !f.ready.Load() || f.dirty.Load() || f.flags&sys.OpenWrite == 0 || f.flags&sys.OpenAppend != 0 || f.stream() || !f.takes(data, length, offset) ||
		offset < 0 || length == 0 || offset > math.MaxInt64-length || !inlineAllowed() {
		return 0, EOK, 0, false
	}
	count, err, native = f.writeAll(data, length, offset)
	f.mu.Lock()
	f.dropWindow()
	f.mu.Unlock()
	return count, err, native, true
}

// WriteBlocking writes at the position on the calling goroutine, which is not for a file with a write buffer or for a
// stream. Writes that append have to come one at a time.
func WriteBlocking(handle uint64, data unsafe.Pointer, length int64) (count int64, err Error, native int32, tried bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return 0, EOK, 0, false
	}
	defer f.release(nil)
	if !f.ready.Load() || length == 0 || f.flags&sys.OpenWrite == 0 || f.stream() || !inlineAllowed() {
		return 0, EOK, 0, false
	}
	f.mu.Lock()
	busy := f.waiters.head != nil || len(f.appends) > 0 || f.reader != nil || f.linesOut > 0 || f.pusher != nil || f.dirty.Load()
	if f.state != fileOpen || f.bufferSize > 0 || busy || length > math.MaxInt64-f.position {
		f.mu.Unlock()
		return 0, EOK, 0, false
	}
	offset := f.writeOffset()
	if !f.takes(data, length, max(offset, 0)) {
		f.mu.Unlock()
		return 0, EOK, 0, false
	}
	f.wrote(length)
	o := op{file: f, length: length, epoch: f.epoch, offset: offset, placed: true}
	f.mu.Unlock()
	count, err, native = f.writeAll(data, length, offset)
	f.mu.Lock()
	f.dropWindow()
	if err != EOK {
		o.vacate(count)
	}
	f.mu.Unlock()
	return count, err, native, true
}

// writeAll writes all of it, or fails after count bytes.
func (f *File) writeAll(data unsafe.Pointer, length, offset int64) (count int64, err Error, native int32) {
	for count < length {
		at := offset
		if offset >= 0 {
			at += count
		}
		moved, errno := sys.Pwrite(f.fd, offsetPointer(data, count), length-count, at)
		switch {
		case errno == sys.EINTR:
		case errno == sys.EAGAIN:
			sys.WaitReady(f.fd, true, -1)
		case errno != 0:
			return count, errorOf(errno), int32(errno)
		case moved == 0:
			return count, EIO, int32(sys.EIO)
		default:
			count += moved
		}
	}
	return count, EOK, 0
}

// CloseBlocking closes a file that nothing is in flight on, on the calling goroutine.
func CloseBlocking(handle uint64) (err Error, native int32, tried bool) {
	f, ok := lookupFile(handle)
	if !ok {
		return EOK, 0, false
	}
	if !inlineAllowed() || !f.beginClose() {
		f.release(nil)
		return EOK, 0, false
	}
	f.mu.Lock()
	if f.state != fileOpen || f.refs.Load() != closingBit|1 || f.dirty.Load() {
		f.mu.Unlock()
		f.refs.Add(-closingBit)
		f.release(nil)
		return EOK, 0, false
	}
	fd, owns := f.fd, f.ownsFD
	f.state = fileClosed
	f.mu.Unlock()
	if owns {
		if errno := sys.Close(fd); errno != 0 && errno != sys.EINTR {
			err, native = errorOf(errno), int32(errno)
		}
	}
	f.release(nil) // the last reference frees the slot
	return err, native, true
}

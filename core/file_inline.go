package core

import (
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// The inline path: attempts on the calling thread that can never wait for a device. They either make progress or say
// nothing; any answer of the kernel but data sends the operation to the backend, which finds out properly.

// tryRead reads at most length bytes at offset (-1: stream). ended means that no more is to be had: everything was
// read, or the file ends here for certain.
func (f *File) tryRead(data unsafe.Pointer, length, offset int64) (count int64, ended bool) {
	traits := sys.Traits(f.traits.Load())
	if traits&(sys.TraitReadNowait|sys.TraitMemory) == 0 || length > option(optionInlineReadMax) {
		return 0, false
	}
	left := traits
	count, errno := sys.ReadNowait(f.fd, data, length, offset, &left)
	if left != traits {
		f.traits.Store(uint32(left))
	}
	if errno != 0 {
		return 0, false
	}
	if count == length {
		return count, true
	}
	// Short: the end of the file, or the rest is not cached. Kernels 5.9 and 5.10 answer a false end of file, so the
	// size decides, and only where sizes tell the truth.
	if traits&sys.TraitSizeTrusted != 0 && traits&sys.TraitLocal != 0 && offset >= 0 {
		var stat sys.Stat
		if sys.Fstat(f.fd, &stat) == 0 && offset+count >= stat.Size {
			return count, true
		}
	}
	return count, false
}

// tryWrite writes as much as it can without waiting; 0 says nothing about why.
func (f *File) tryWrite(data unsafe.Pointer, length, offset int64) (count int64) {
	traits := sys.Traits(f.traits.Load())
	if traits&(sys.TraitWriteNowait|sys.TraitMemory) == 0 || length > option(optionInlineReadMax) {
		return 0
	}
	left := traits
	count, errno := sys.WriteNowait(f.fd, data, length, offset, &left)
	if left != traits {
		f.traits.Store(uint32(left))
	}
	if errno != 0 || count < 0 {
		return 0
	}
	return count
}

// writeMemory writes to an in-memory file system, which answers for good at once. started is false when the inline
// path is not for this write.
func (f *File) writeMemory(data unsafe.Pointer, length, offset int64) (count int64, errno sys.Errno, started bool) {
	if !f.memory() || f.stream() || length > option(optionInlineReadMax) {
		return 0, 0, false
	}
	traits := sys.TraitMemory
	for count < length {
		at := offset
		if offset >= 0 {
			at += count
		}
		n, errno := sys.WriteNowait(f.fd, offsetPointer(data, count), length-count, at, &traits)
		switch {
		case errno == sys.EINTR:
		case errno == sys.EAGAIN && count == 0:
			return 0, 0, false
		case errno != 0:
			return count, errno, true
		case n == 0:
			return count, sys.EIO, true
		default:
			count += n
		}
	}
	return count, 0, true
}

// local is true when metadata calls are answered from memory.
func (f *File) local() bool { return sys.Traits(f.traits.Load())&sys.TraitLocal != 0 }

// asksAtOnce: metadata is asked for in place, unless fault rules want to see it.
func (f *File) asksAtOnce() bool { return f.local() && inlineAllowed() }

// memory is true when the file's data is in memory anyway.
func (f *File) memory() bool { return sys.Traits(f.traits.Load())&sys.TraitMemory != 0 }

func offsetPointer(p unsafe.Pointer, n int64) unsafe.Pointer { return unsafe.Add(p, n) }

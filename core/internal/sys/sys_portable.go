//go:build unix && (!linux || 386 || arm || mips || mipsle)

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TransferMax is the most that one transfer moves. macOS refuses lengths above INT_MAX; the same bound serves all.
const TransferMax = 0x7ffff000

// Open opens path and may wait for a disk, a server, or (a FIFO) another process.
func Open(path []byte, flags OpenFlags, mode uint32) (FD, Errno) {
	native := openFlagsBuffered(flags)
	if flags&OpenDirect != 0 {
		if !directByOpen && !directByCall {
			return InvalidFD, ENOTSUP
		}
		native |= openDirect
	}
	fd, err := unix.Open(textOf(path), native, mode)
	if err != nil {
		return InvalidFD, errnoOf(err)
	}
	if flags&OpenDirect != 0 && directByCall {
		if errno := setDirect(fd); errno != 0 {
			unix.Close(fd)
			return InvalidFD, errno
		}
	}
	return FD(fd), 0
}

// textOf views a NUL-terminated path as a string without a copy.
func textOf(path []byte) string {
	if len(path) == 0 {
		return ""
	}
	return unsafe.String(&path[0], len(path)-1)
}

func errnoOf(err error) Errno {
	if errno, ok := err.(syscall.Errno); ok {
		return errno
	}
	if err != nil {
		return EIO
	}
	return 0
}

// OpenCached always answers "not known": this system cannot open without the chance of waiting.
func OpenCached(path unsafe.Pointer, flags OpenFlags, mode uint32) (FD, Errno) {
	return InvalidFD, EAGAIN
}

// Close releases the descriptor, EINTR or not.
func Close(fd FD) Errno {
	errno := errnoOf(unix.Close(int(fd)))
	if errno == EINTR {
		errno = 0
	}
	return errno
}

// Pread reads at offset, or at the stream's own position when offset is -1. It may wait.
func Pread(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	buffer := unsafe.Slice((*byte)(data), min(length, TransferMax))
	var count int
	var err error
	if offset == -1 {
		count, err = unix.Read(int(fd), buffer)
	} else {
		count, err = unix.Pread(int(fd), buffer, offset)
	}
	if err != nil {
		return 0, errnoOf(err)
	}
	return int64(count), 0
}

// Pwrite writes at offset, or at the stream's own position (the end, in append mode) when offset is -1. It may wait.
func Pwrite(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	buffer := unsafe.Slice((*byte)(data), min(length, TransferMax))
	var count int
	var err error
	if offset == -1 {
		count, err = unix.Write(int(fd), buffer)
	} else {
		count, err = unix.Pwrite(int(fd), buffer, offset)
	}
	if err != nil {
		return 0, errnoOf(err)
	}
	return int64(count), 0
}

// ReadNowait always answers EAGAIN: this system has no read that is sure not to wait.
func ReadNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	return 0, EAGAIN
}

// WriteNowait always answers EAGAIN: this system has no write that is sure not to wait.
func WriteNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	return 0, EAGAIN
}

// Fstat fills stat.
func Fstat(fd FD, stat *Stat) Errno {
	var native unix.Stat_t
	if err := unix.Fstat(int(fd), &native); err != nil {
		return errnoOf(err)
	}
	*stat = Stat{
		Size:  int64(native.Size),
		Dev:   uint64(native.Dev),
		Inode: uint64(native.Ino),
		Links: uint64(native.Nlink),
		Mode:  uint32(native.Mode),
		Kind:  KindStream,
	}
	switch native.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		stat.Kind = KindRegular
	case unix.S_IFDIR:
		stat.Kind = KindDirectory
	case unix.S_IFBLK:
		stat.Kind = KindBlock
	}
	return 0
}

// Fsync puts data and metadata on stable storage.
func Fsync(fd FD) Errno { return fullSync(int(fd)) }

// Fdatasync does the same as Fsync: not every unix has the lighter call.
func Fdatasync(fd FD) Errno { return fullSync(int(fd)) }

// Ftruncate sets the size of the file.
func Ftruncate(fd FD, size int64) Errno { return errnoOf(unix.Ftruncate(int(fd), size)) }

// Flags tells how the descriptor was opened: OpenRead, OpenWrite and OpenAppend, and OpenDirect where it shows.
func Flags(fd FD) (OpenFlags, Errno) {
	native, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return 0, errnoOf(err)
	}
	var flags OpenFlags
	switch native & unix.O_ACCMODE {
	case unix.O_RDONLY:
		flags = OpenRead
	case unix.O_WRONLY:
		flags = OpenWrite
	default:
		flags = OpenRead | OpenWrite
	}
	if native&unix.O_APPEND != 0 {
		flags |= OpenAppend
	}
	if directByOpen && native&openDirect != 0 {
		flags |= OpenDirect
	}
	return flags, 0
}

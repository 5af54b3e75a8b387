//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TransferMax is the most that one transfer moves; the kernel cuts longer ones silently (MAX_RW_COUNT).
const TransferMax = 0x7ffff000

// Open opens path and may wait for a disk, a server, or (a FIFO) another process.
func Open(path []byte, flags OpenFlags, mode uint32) (FD, Errno) {
	fd, _, errno := syscall.Syscall6(unix.SYS_OPENAT, atFDCWD, uintptr(unsafe.Pointer(unsafe.SliceData(path))),
		uintptr(NativeOpenFlags(flags)), uintptr(mode), 0, 0)
	if errno != 0 {
		return InvalidFD, errno
	}
	return FD(fd), 0
}

// atFDCWD is AT_FDCWD as a register value.
const atFDCWD = ^uintptr(99)

const openDirect = unix.O_DIRECT

// NativeOpenFlags translates to the flags of open(2), close-on-exec included.
func NativeOpenFlags(flags OpenFlags) int {
	native := openFlagsBuffered(flags)
	if flags&OpenDirect != 0 {
		native |= openDirect
	}
	return native
}

// openat2Absent is set once the kernel, or a container's filter, has said that openat2 cannot be had.
var openat2Absent atomic.Bool

// OpenCached opens path only if that needs no disk: every part of the path is in the kernel's name cache. EAGAIN
// means "not known, ask a worker"; any other error is the true answer.
//
// RESOLVE_CACHED covers the path alone. The open behind it still waits for a writer when the file is a FIFO, and for a
// server on network and user-space file systems. So the path is first taken as O_PATH, which touches the name only,
// and what is not a regular file or directory on a file system known to be local is left to a worker. (Trying with
// O_NONBLOCK instead would let a FIFO's waiting writer through and then fail it with EPIPE.)
func OpenCached(path unsafe.Pointer, flags OpenFlags, mode uint32) (FD, Errno) {
	// The kernel refuses these with EAGAIN at once; save it the trouble.
	if flags&(OpenTruncate|OpenExclusive) != 0 || openat2Absent.Load() {
		return InvalidFD, EAGAIN
	}
	creating := flags&OpenCreate != 0
	fd, errno := openat2(path, unix.O_PATH|unix.O_CLOEXEC)
	if errno != 0 {
		if creating {
			errno = EAGAIN
		}
		return InvalidFD, errno
	}
	errno = openableInline(fd)
	closeRaw(fd)
	if errno != 0 {
		return InvalidFD, errno
	}
	fd, errno = openat2(path, NativeOpenFlags(flags&^OpenCreate))
	if errno != 0 && creating {
		errno = EAGAIN
	}
	return fd, errno
}

// resolveCached is RESOLVE_CACHED (Linux 5.12).
const resolveCached = 0x20

func openat2(path unsafe.Pointer, flags int) (FD, Errno) {
	how := unix.OpenHow{Flags: uint64(flags), Resolve: resolveCached}
	fd, _, errno := syscall.RawSyscall6(unix.SYS_OPENAT2, atFDCWD, uintptr(path), uintptr(unsafe.Pointer(&how)),
		unsafe.Sizeof(how), 0, 0)
	switch errno {
	case 0:
		return FD(fd), 0
	case unix.ENOSYS, unix.E2BIG:
		openat2Absent.Store(true) // kernel < 5.6
		errno = EAGAIN
	case unix.EINVAL, unix.EPERM:
		errno = EAGAIN // kernel < 5.12 does not know RESOLVE_CACHED; old container filters answer EPERM
	}
	return InvalidFD, errno
}

// openableInline judges an O_PATH descriptor. statx with DONT_SYNC answers from memory on every file system.
func openableInline(fd FD) Errno {
	var stat unix.Statx_t
	_, _, errno := syscall.RawSyscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(&emptyPath)),
		unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_TYPE, uintptr(unsafe.Pointer(&stat)), 0)
	if errno != 0 {
		return EAGAIN
	}
	kind := kindOf(uint32(stat.Mode))
	if kind != KindRegular && kind != KindDirectory {
		return EAGAIN
	}
	traits, known := knownTraits(unix.Mkdev(stat.Dev_major, stat.Dev_minor), KindRegular)
	if !known || traits&TraitLocal == 0 {
		return EAGAIN
	}
	return 0
}

var emptyPath byte

// Close releases the descriptor. The kernel has released it even where it reports an error, EINTR included.
func Close(fd FD) Errno {
	_, _, errno := syscall.Syscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	if errno == EINTR {
		errno = 0
	}
	return errno
}

func closeRaw(fd FD) { syscall.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }

// Pread reads at offset, or at the stream's own position when offset is -1. It may wait.
func Pread(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	length = min(length, TransferMax)
	var count uintptr
	var errno Errno
	if offset == -1 {
		count, _, errno = syscall.Syscall(unix.SYS_READ, uintptr(fd), uintptr(data), uintptr(length))
	} else {
		count, _, errno = syscall.Syscall6(unix.SYS_PREAD64, uintptr(fd), uintptr(data), uintptr(length), uintptr(offset), 0, 0)
	}
	if errno != 0 {
		return 0, errno
	}
	return int64(count), 0
}

// Pwrite writes at offset, or at the stream's own position (the end, in append mode) when offset is -1. It may wait.
func Pwrite(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	length = min(length, TransferMax)
	var count uintptr
	var errno Errno
	if offset == -1 {
		count, _, errno = syscall.Syscall(unix.SYS_WRITE, uintptr(fd), uintptr(data), uintptr(length))
	} else {
		count, _, errno = syscall.Syscall6(unix.SYS_PWRITE64, uintptr(fd), uintptr(data), uintptr(length), uintptr(offset), 0, 0)
	}
	if errno != 0 {
		return 0, errno
	}
	return int64(count), 0
}

// Fstat fills stat. It is a raw call: on a local file system (TraitLocal) it is answered from memory.
func Fstat(fd FD, stat *Stat) Errno {
	var native syscall.Stat_t
	_, _, errno := syscall.RawSyscall(unix.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(&native)), 0)
	if errno != 0 {
		return errno
	}
	*stat = Stat{
		Size:  native.Size,
		Dev:   uint64(native.Dev),
		Inode: native.Ino,
		Links: uint64(native.Nlink),
		Mode:  native.Mode,
		Kind:  kindOf(native.Mode),
	}
	return 0
}

func kindOf(mode uint32) Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return KindRegular
	case unix.S_IFDIR:
		return KindDirectory
	case unix.S_IFBLK:
		return KindBlock
	}
	return KindStream
}

// Fsync puts data and metadata on stable storage.
func Fsync(fd FD) Errno {
	_, _, errno := syscall.Syscall(unix.SYS_FSYNC, uintptr(fd), 0, 0)
	return errno
}

// Fdatasync puts data, and the metadata needed to read it back, on stable storage.
func Fdatasync(fd FD) Errno {
	_, _, errno := syscall.Syscall(unix.SYS_FDATASYNC, uintptr(fd), 0, 0)
	return errno
}

// Ftruncate sets the size of the file.
func Ftruncate(fd FD, size int64) Errno {
	_, _, errno := syscall.Syscall(unix.SYS_FTRUNCATE, uintptr(fd), uintptr(size), 0)
	return errno
}

// Isatty tells whether the descriptor is a terminal.
func Isatty(fd FD) bool {
	var termios unix.Termios
	_, _, errno := syscall.RawSyscall(unix.SYS_IOCTL, uintptr(fd), unix.TCGETS, uintptr(unsafe.Pointer(&termios)))
	return errno == 0
}

// Flags tells how the descriptor was opened: OpenRead, OpenWrite, OpenAppend and OpenDirect only.
func Flags(fd FD) (OpenFlags, Errno) {
	native, _, errno := syscall.RawSyscall(unix.SYS_FCNTL, uintptr(fd), unix.F_GETFL, 0)
	if errno != 0 {
		return 0, errno
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
	if native&unix.O_DIRECT != 0 {
		flags |= OpenDirect
	}
	return flags, 0
}

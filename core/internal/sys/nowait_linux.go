//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReadNowait reads what can be had without waiting for a device. EAGAIN: nothing could be, take the slow path.
//
// Only data is a true answer. Kernels 5.9 and 5.10 answer a false end of file when a page is being read in, so a count
// of 0 must be confirmed: by Fstat where the size is trusted, else by the slow path. Some file systems answer a spurious
// EIO, and a real error is told by the slow path all the same: so every error is EAGAIN here.
func ReadNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	length = min(length, TransferMax)
	if *traits&TraitMemory != 0 {
		return memoryRead(fd, data, length, offset)
	}
	if *traits&TraitReadNowait == 0 {
		return 0, EAGAIN
	}
	vector := unix.Iovec{Base: (*byte)(data), Len: uint64(length)}
	// The kernel takes the offset in two halves; on 64-bit systems the first holds all of it.
	count, _, errno := syscall.RawSyscall6(unix.SYS_PREADV2, uintptr(fd), uintptr(unsafe.Pointer(&vector)), 1,
		uintptr(offset), 0, unix.RWF_NOWAIT)
	if errno == 0 {
		return int64(count), 0
	}
	if refused(errno) {
		clearTrait(fd, traits, TraitReadNowait)
	}
	return 0, EAGAIN
}

// WriteNowait is ReadNowait's counterpart. ext4 refuses it for the page cache (EOPNOTSUPP); XFS and Btrfs do it. The
// count can be short of the length.
func WriteNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	length = min(length, TransferMax)
	if *traits&TraitMemory != 0 {
		return memoryWrite(fd, data, length, offset)
	}
	if *traits&TraitWriteNowait == 0 {
		return 0, EAGAIN
	}
	vector := unix.Iovec{Base: (*byte)(data), Len: uint64(length)}
	count, _, errno := syscall.RawSyscall6(unix.SYS_PWRITEV2, uintptr(fd), uintptr(unsafe.Pointer(&vector)), 1,
		uintptr(offset), 0, unix.RWF_NOWAIT)
	if errno == 0 {
		return int64(count), 0
	}
	if refused(errno) {
		clearTrait(fd, traits, TraitWriteNowait)
	}
	return 0, EAGAIN
}

// refused tells "this is not offered here" from "not now": the flag is unknown to the file system or the kernel, or
// a container's filter forbids the call.
func refused(errno Errno) bool {
	return errno == unix.EOPNOTSUPP || errno == unix.ENOSYS || errno == unix.EINVAL || errno == unix.EPERM
}

func memoryRead(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	var count uintptr
	var errno Errno
	if offset == -1 {
		count, _, errno = syscall.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(data), uintptr(length))
	} else {
		count, _, errno = syscall.RawSyscall6(unix.SYS_PREAD64, uintptr(fd), uintptr(data), uintptr(length), uintptr(offset), 0, 0)
	}
	if errno != 0 {
		return 0, EAGAIN
	}
	return int64(count), 0
}

func memoryWrite(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	var count uintptr
	var errno Errno
	if offset == -1 {
		count, _, errno = syscall.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(data), uintptr(length))
	} else {
		count, _, errno = syscall.RawSyscall6(unix.SYS_PWRITE64, uintptr(fd), uintptr(data), uintptr(length), uintptr(offset), 0, 0)
	}
	if errno != 0 {
		return 0, EAGAIN
	}
	return int64(count), 0
}

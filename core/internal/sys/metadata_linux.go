//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MetadataOf asks for the metadata and may wait for a server.
func MetadataOf(fd FD, m *Metadata) Errno {
	var stat unix.Statx_t
	_, _, errno := syscall.Syscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(&emptyPath)),
		unix.AT_EMPTY_PATH, statxMask, uintptr(unsafe.Pointer(&stat)), 0)
	if errno == unix.ENOSYS || errno == unix.EPERM {
		return metadataOfOld(fd, m)
	}
	if errno == 0 {
		m.fill(&stat)
	}
	return errno
}

// MetadataNow is for file systems that answer from memory (TraitLocal): a raw call, which the Go scheduler does not
// see. EAGAIN means "ask a worker".
func MetadataNow(fd FD, m *Metadata) Errno {
	var stat unix.Statx_t
	_, _, errno := syscall.RawSyscall6(unix.SYS_STATX, uintptr(fd), uintptr(unsafe.Pointer(&emptyPath)),
		unix.AT_EMPTY_PATH, statxMask, uintptr(unsafe.Pointer(&stat)), 0)
	if errno == unix.ENOSYS || errno == unix.EPERM {
		return EAGAIN
	}
	if errno == 0 {
		m.fill(&stat)
	}
	return errno
}

const statxMask = unix.STATX_BASIC_STATS | unix.STATX_BTIME

func (m *Metadata) fill(stat *unix.Statx_t) {
	*m = Metadata{
		Device: unix.Mkdev(stat.Dev_major, stat.Dev_minor), Inode: stat.Ino, Links: uint64(stat.Nlink),
		SpecialDevice: unix.Mkdev(stat.Rdev_major, stat.Rdev_minor),
		Mode:          uint32(stat.Mode), UID: stat.Uid, GID: stat.Gid, BlockSize: stat.Blksize,
		Size: int64(stat.Size), Blocks: int64(stat.Blocks),
		Accessed: Time{stat.Atime.Sec, stat.Atime.Nsec}, Modified: Time{stat.Mtime.Sec, stat.Mtime.Nsec},
		Changed: Time{stat.Ctime.Sec, stat.Ctime.Nsec}, Created: Time{stat.Btime.Sec, stat.Btime.Nsec},
	}
}

// metadataOfOld serves kernels before 4.11 and container filters that do not know statx.
func metadataOfOld(fd FD, m *Metadata) Errno {
	var stat unix.Stat_t
	if err := unix.Fstat(int(fd), &stat); err != nil {
		return err.(syscall.Errno)
	}
	*m = Metadata{
		Device: uint64(stat.Dev), Inode: stat.Ino, Links: uint64(stat.Nlink), SpecialDevice: uint64(stat.Rdev),
		Mode: stat.Mode, UID: stat.Uid, GID: stat.Gid, BlockSize: uint32(stat.Blksize),
		Size: stat.Size, Blocks: stat.Blocks,
		Accessed: Time{stat.Atim.Sec, uint32(stat.Atim.Nsec)}, Modified: Time{stat.Mtim.Sec, uint32(stat.Mtim.Nsec)},
		Changed: Time{stat.Ctim.Sec, uint32(stat.Ctim.Nsec)},
	}
	return 0
}

// SetTimes sets when the file was last read and changed. utimensat without a path is futimens.
func SetTimes(fd FD, accessed, modified Time) Errno {
	times := [2]unix.Timespec{
		{Sec: accessed.Seconds, Nsec: int64(accessed.Nanoseconds)},
		{Sec: modified.Seconds, Nsec: int64(modified.Nanoseconds)},
	}
	_, _, errno := syscall.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
	return errno
}

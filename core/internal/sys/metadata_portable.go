//go:build unix && (!linux || 386 || arm || mips || mipsle)

package sys

import "golang.org/x/sys/unix"

// MetadataOf asks for the metadata.
func MetadataOf(fd FD, m *Metadata) Errno {
	var stat unix.Stat_t
	if err := unix.Fstat(int(fd), &stat); err != nil {
		return errnoOf(err)
	}
	*m = Metadata{
		Device: uint64(stat.Dev), Inode: uint64(stat.Ino), Links: uint64(stat.Nlink), SpecialDevice: uint64(stat.Rdev),
		Mode: uint32(stat.Mode), UID: stat.Uid, GID: stat.Gid, BlockSize: uint32(stat.Blksize),
		Size: int64(stat.Size), Blocks: int64(stat.Blocks),
		Accessed: timeOf(stat.Atim), Modified: timeOf(stat.Mtim), Changed: timeOf(stat.Ctim), Created: createdTime(&stat),
	}
	return 0
}

func timeOf(t unix.Timespec) Time { return Time{Seconds: int64(t.Sec), Nanoseconds: uint32(t.Nsec)} }

// MetadataNow leaves it to a worker: no call here is known not to wait.
func MetadataNow(fd FD, m *Metadata) Errno { return EAGAIN }

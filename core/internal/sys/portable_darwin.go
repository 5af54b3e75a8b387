package sys

import "golang.org/x/sys/unix"

// macOS has no O_DIRECT; F_NOCACHE on the open descriptor is its way around the page cache.
const (
	directByOpen = false
	directByCall = true
	openDirect   = 0
)

func setDirect(fd int) Errno {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_NOCACHE, 1)
	return errnoOf(err)
}

// fullSync: fsync on macOS only reaches the drive's cache; F_FULLFSYNC reaches the medium. Some file systems (network,
// FAT) refuse it, and there fsync is all there is.
func fullSync(fd int) Errno {
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_FULLFSYNC, 0); err == nil {
		return 0
	}
	return errnoOf(unix.Fsync(fd))
}

// Isatty tells whether the descriptor is a terminal.
func Isatty(fd FD) bool {
	_, err := unix.IoctlGetTermios(int(fd), unix.TIOCGETA)
	return err == nil
}

// FileTraits asks the mount's flags and remembers nothing: fstatfs on a local volume is answered from memory.
func FileTraits(fd FD, stat *Stat) Traits {
	var volume unix.Statfs_t
	if stat.Kind != KindRegular || unix.Fstatfs(int(fd), &volume) != nil || volume.Flags&unix.MNT_LOCAL == 0 {
		return 0
	}
	if unix.ByteSliceToString(volume.Fstypename[:]) == "apfs" || unix.ByteSliceToString(volume.Fstypename[:]) == "hfs" {
		return TraitSizeTrusted | TraitLocal
	}
	return TraitLocal
}

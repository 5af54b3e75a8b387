package sys

import "golang.org/x/sys/unix"

// Allocate reserves room for a range and grows the file to its end. F_PREALLOCATE counts from the end of what the file
// has on the device and does not change the size.
func Allocate(fd FD, offset, length int64) Errno {
	var stat unix.Stat_t
	if err := unix.Fstat(int(fd), &stat); err != nil {
		return errnoOf(err)
	}
	end := offset + length
	if missing := end - stat.Blocks*512; missing > 0 {
		store := unix.Fstore_t{Flags: unix.F_ALLOCATEALL, Posmode: unix.F_PEOFPOSMODE, Length: missing}
		if err := unix.FcntlFstore(uintptr(fd), unix.F_PREALLOCATE, &store); err != nil {
			return errnoOf(err)
		}
	}
	if end <= stat.Size {
		return 0
	}
	return errnoOf(unix.Ftruncate(int(fd), end))
}

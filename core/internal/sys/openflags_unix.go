//go:build unix

package sys

import "golang.org/x/sys/unix"

// systemFlagsTaken are the flags of open(2) that an OpenFlag stands for, and that would contradict it.
const systemFlagsTaken = unix.O_ACCMODE | unix.O_APPEND | unix.O_CREAT | unix.O_EXCL | unix.O_TRUNC | openDirect

// SlowClose are flags of files whose close may take long: ext4 writes the new data of a file that was cut out on close.
const SlowClose = OpenTruncate

// openFlagsBuffered translates to the flags of open(2), close-on-exec included; all but OpenDirect, which each system
// asks for in its own way.
func openFlagsBuffered(flags OpenFlags) int {
	native := unix.O_CLOEXEC | flags.system()
	switch {
	case flags&(OpenWrite|OpenAppend) == 0:
		native |= unix.O_RDONLY
	case flags&OpenRead == 0:
		native |= unix.O_WRONLY
	default:
		native |= unix.O_RDWR
	}
	if flags&OpenAppend != 0 {
		native |= unix.O_APPEND
	}
	if flags&OpenCreate != 0 {
		native |= unix.O_CREAT
		if flags&OpenExclusive != 0 {
			native |= unix.O_EXCL
		}
	}
	if flags&OpenTruncate != 0 {
		native |= unix.O_TRUNC
	}
	return native
}

//go:build unix && !darwin && (!linux || 386 || arm || mips || mipsle)

package sys

import "golang.org/x/sys/unix"

// Where open knows no O_DIRECT a file cannot be opened past the page cache; it says ENOTSUP rather than pretend.
const directByCall = false

func setDirect(int) Errno { return ENOTSUP }

func fullSync(fd int) Errno { return errnoOf(unix.Fsync(fd)) }

// Isatty tells whether the descriptor is a terminal: only those have a window size.
func Isatty(fd FD) bool {
	_, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ)
	return err == nil
}

// FileTraits promises nothing here, which costs one more read at the end of a file and a trip to a worker for metadata.
func FileTraits(fd FD, stat *Stat) Traits { return 0 }

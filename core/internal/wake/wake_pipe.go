//go:build unix && !linux

package wake

import (
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"golang.org/x/sys/unix"
)

// Open makes a latch that is not set.
func (e *Event) Open() sys.Errno {
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil {
		return errnoOf(err)
	}
	for _, fd := range ends {
		unix.CloseOnExec(fd)
		unix.SetNonblock(fd, true)
	}
	e.readable, e.writable = ends[0], ends[1]
	return 0
}

// Set sets the latch. A full pipe is a set latch.
func (e *Event) Set() {
	one := [1]byte{1}
	unix.Write(e.writable, one[:])
}

// Clear takes the latch back, however often it was set.
func (e *Event) Clear() {
	var room [64]byte
	for {
		if count, err := unix.Read(e.readable, room[:]); err != nil || count < len(room) {
			return
		}
	}
}

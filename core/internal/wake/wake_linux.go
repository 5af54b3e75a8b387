package wake

import (
	"syscall"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
	"golang.org/x/sys/unix"
)

// Open makes a latch that is not set.
func (e *Event) Open() sys.Errno {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return errnoOf(err)
	}
	e.readable, e.writable = fd, fd
	return 0
}

// Set sets the latch. The calls below are raw: a non-blocking eventfd answers at once.
func (e *Event) Set() {
	one := uint64(1)
	syscall.RawSyscall(unix.SYS_WRITE, uintptr(e.writable), uintptr(unsafe.Pointer(&one)), 8)
}

// Clear takes the latch back.
func (e *Event) Clear() {
	var count uint64
	syscall.RawSyscall(unix.SYS_READ, uintptr(e.readable), uintptr(unsafe.Pointer(&count)), 8)
}

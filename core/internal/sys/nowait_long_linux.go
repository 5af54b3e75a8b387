//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReadNowaitLong is ReadNowait for transfers whose copying takes a while: the calling thread tells the Go scheduler that
// it is away, so that its goroutines run elsewhere.
func ReadNowaitLong(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	length = min(length, TransferMax)
	flags := uintptr(unix.RWF_NOWAIT)
	switch {
	case *traits&TraitMemory != 0:
		flags = 0
	case *traits&TraitReadNowait == 0:
		return 0, EAGAIN
	}
	vector := unix.Iovec{Base: (*byte)(data), Len: uint64(length)}
	count, _, errno := syscall.Syscall6(unix.SYS_PREADV2, uintptr(fd), uintptr(unsafe.Pointer(&vector)), 1,
		uintptr(offset), 0, flags)
	if errno == 0 {
		return int64(count), 0
	}
	if refused(errno) && flags != 0 {
		clearTrait(fd, traits, TraitReadNowait)
	}
	return 0, EAGAIN
}

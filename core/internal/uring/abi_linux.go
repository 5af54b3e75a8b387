//go:build linux && !(386 || arm || mips || mipsle)

package uring

import (
	"errors"
	"syscall"
	"unsafe"

	iouring "github.com/iceber/iouring-go/syscall"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// The constants and structs of io_uring come from iouring-go/syscall; below is what the kernel has gained since, under
// the kernel's own names (include/uapi/linux/io_uring.h).
const (
	opFTRUNCATE = 55 // IORING_OP_FTRUNCATE, Linux 6.9

	registerIOWQMaxWorkers = 19 // IORING_REGISTER_IOWQ_MAX_WORKERS, Linux 5.15

	sqTASKRUN     = 1 << 2 // IORING_SQ_TASKRUN: completions wait for their task to enter the kernel
	enterEXTARG   = 1 << 3 // IORING_ENTER_EXT_ARG: the argument carries a timeout
	featEXTARG    = 1 << 8 // IORING_FEAT_EXT_ARG, Linux 5.11
	opSupported   = 1      // IO_URING_OP_SUPPORTED
	sqeASYNC      = iouring.IOSQE_FLAGS_ASYNC
	offsetCurrent = ^uint64(0) // read and write at the file's own position (IORING_FEAT_RW_CUR_POS)
)

// getEventsArg is struct io_uring_getevents_arg.
type getEventsArg struct {
	sigmask     uint64
	sigmaskSize uint32
	minWait     uint32
	timeout     uint64
}

// probeTable is struct io_uring_probe with room for every opcode.
type probeTable struct {
	lastOp uint8
	opsLen uint8
	resv   uint16
	resv2  [3]uint32
	ops    [256]struct {
		op, resv uint8
		flags    uint16
		resv2    uint32
	}
}

// enterNow is io_uring_enter for calls that do not sleep. Raw, so that the calling thread keeps its place in the Go
// scheduler: losing it would mean waiting for it to get back to the event loop. The package's own IOURingEnter cannot
// pass the argument's size, and allocates its errors.
func enterNow(fd int, submit, flags uint32) (int, sys.Errno) {
	count, _, errno := syscall.RawSyscall6(iouring.SYS_IO_URING_ENTER, uintptr(fd), uintptr(submit), 0, uintptr(flags), 0, 0)
	return int(count), errno
}

// enterWait is io_uring_enter for calls that sleep until one completion is there, or the timeout in arg has passed.
func enterWait(fd int, submit uint32, arg *getEventsArg) (int, sys.Errno) {
	count, _, errno := syscall.Syscall6(iouring.SYS_IO_URING_ENTER, uintptr(fd), uintptr(submit), 1,
		uintptr(iouring.IORING_ENTER_FLAGS_GETEVENTS|enterEXTARG), uintptr(unsafe.Pointer(arg)), unsafe.Sizeof(*arg))
	return int(count), errno
}

// enterRoom gives an SQPOLL thread the time to take entries from a full submission queue: a matter of microseconds. It
// may return early; the caller looks again.
func enterRoom(fd int) {
	const flags = iouring.IORING_ENTER_FLAGS_SQ_WAIT | iouring.IORING_ENTER_FLAGS_SQ_WAKEUP
	syscall.Syscall6(iouring.SYS_IO_URING_ENTER, uintptr(fd), 0, 0, uintptr(flags), 0, 0)
}

func errnoOf(err error) sys.Errno {
	var errno sys.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return sys.EIO
}

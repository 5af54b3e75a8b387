package iocp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// packet is OVERLAPPED_ENTRY. The record is a number here: a packet may be somebody else's, whose address means nothing
// to us, if he uses a handle of ours for transfers of his own.
type packet struct {
	key      uintptr
	record   uintptr
	internal uintptr
	count    uint32
}

var procWait = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetQueuedCompletionStatusEx")

// take stores the packets that are there, waiting for the first at most so long. expired says that there were none in
// that time; otherwise no packets mean that the port is gone.
func take(port windows.Handle, packets []packet, timeout uint32) (count int, expired bool) {
	var taken uint32
	const alertable = 0
	ok, _, errno := syscall.SyscallN(procWait.Addr(), uintptr(port), uintptr(unsafe.Pointer(&packets[0])), uintptr(len(packets)),
		uintptr(unsafe.Pointer(&taken)), uintptr(timeout), alertable)
	if ok == 0 {
		return 0, errno == syscall.Errno(windows.WAIT_TIMEOUT)
	}
	return int(taken), false
}

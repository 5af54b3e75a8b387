package sys

import (
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// TransferMax is the most that one transfer moves. ReadFile counts in 32 bits; the same bound serves all systems.
const TransferMax = 0x7ffff000

// ToEnd, in both halves of an offset, makes WriteFile append. A stream ignores it.
const ToEnd = 0xFFFFFFFF

var (
	kernel32      = windows.NewLazySystemDLL("kernel32.dll")
	procReadFile  = kernel32.NewProc("ReadFile")
	procWriteFile = kernel32.NewProc("WriteFile")
)

// StartRead begins a transfer at the place that overlapped says. 0 means that it is done already, ERROR_IO_PENDING that
// the record and the data belong to the system until it says so in the way that the record asks for.
func StartRead(fd FD, data unsafe.Pointer, length int64, overlapped *windows.Overlapped) Errno {
	return start(procReadFile.Addr(), fd, data, length, overlapped)
}

// StartWrite is StartRead for the other direction.
func StartWrite(fd FD, data unsafe.Pointer, length int64, overlapped *windows.Overlapped) Errno {
	return start(procWriteFile.Addr(), fd, data, length, overlapped)
}

func start(call uintptr, fd FD, data unsafe.Pointer, length int64, overlapped *windows.Overlapped) Errno {
	done, _, errno := syscall.SyscallN(call, uintptr(fd), uintptr(data), cut(length), 0, uintptr(unsafe.Pointer(overlapped)))
	switch {
	case done != 0:
		return 0
	case errno == 0:
		return EIO
	}
	return errno
}

// cut bounds a length, so that it never becomes a short one in the 32 bits that the system has for it.
func cut(length int64) uintptr { return uintptr(min(length, TransferMax)) }

// Ended tells whether a read failed with what is the end of the file, or of the stream.
func Ended(errno Errno) bool {
	return errno == windows.ERROR_HANDLE_EOF || errno == windows.ERROR_BROKEN_PIPE
}

// record is the system's side of one blocking transfer. On the heap, since a stack may move while the system writes to
// it; and kept for the next one, since making an event costs a call of the system. There are as many as there have been
// blocking transfers at once, which the workers bound.
type record struct {
	overlapped windows.Overlapped
	event      windows.Handle
	count      uint32
	next       *record
}

var records struct {
	mu   sync.Mutex
	free *record
}

func takeRecord(offset int64) (*record, Errno) {
	records.mu.Lock()
	r := records.free
	if r != nil {
		records.free = r.next
	}
	records.mu.Unlock()
	if r == nil {
		const manualReset = 1 // the transfer resets it
		event, err := windows.CreateEvent(nil, manualReset, 0, nil)
		if err != nil {
			return nil, errnoOf(err)
		}
		r = &record{event: event}
	}
	r.overlapped = windows.Overlapped{
		Offset: uint32(offset), OffsetHigh: uint32(offset >> 32),
		// The lowest bit keeps the end of this transfer from the completion port that may have the handle.
		HEvent: r.event | 1,
	}
	return r, 0
}

func (r *record) give() {
	records.mu.Lock()
	r.next = records.free
	records.free = r
	records.mu.Unlock()
}

// finish waits for what start said of it. Both on one thread: the system gives up what a thread leaves behind that ends,
// and the scheduler may go on with another between the two.
func (r *record) finish(fd FD, errno Errno) (int64, Errno) {
	if errno == 0 || errno == windows.ERROR_IO_PENDING {
		errno = errnoOf(windows.GetOverlappedResult(windows.Handle(fd), &r.overlapped, &r.count, true))
	}
	if errno != 0 {
		return 0, errno
	}
	return int64(r.count), 0
}

// Pread reads at offset, or at the stream's own position when offset is -1. It may wait. On a synchronous handle a
// positional read also moves the handle's own position: nothing here relies on that. The end of file is a count of 0.
func Pread(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	place := offset
	if offset == -1 {
		if synchronous(fd) {
			return readHere(fd, data, length)
		}
		place = 0 // a stream ignores it
	}
	r, errno := takeRecord(place)
	if errno != 0 {
		return 0, errno
	}
	runtime.LockOSThread()
	count, errno := r.finish(fd, StartRead(fd, data, length, &r.overlapped))
	runtime.UnlockOSThread()
	r.give()
	switch {
	case Ended(errno):
		return 0, 0
	case errno == windows.ERROR_INVALID_FUNCTION && isDirectory(fd):
		return 0, EISDIR
	}
	return count, errno
}

func isDirectory(fd FD) bool {
	var stat Stat
	return Fstat(fd, &stat) == 0 && stat.Kind == KindDirectory
}

// readHere reads at the handle's own position, which only synchronous ones have.
func readHere(fd FD, data unsafe.Pointer, length int64) (int64, Errno) {
	var count uint32
	done, _, errno := syscall.SyscallN(procReadFile.Addr(), uintptr(fd), uintptr(data), cut(length), uintptr(unsafe.Pointer(&count)), 0)
	switch {
	case done != 0:
		return int64(count), 0
	case Ended(errno):
		return 0, 0
	case errno == 0:
		return 0, EIO
	}
	return 0, errno
}

// Pwrite writes at offset; -1 is the end of a file and the next byte of a stream. It may wait.
func Pwrite(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	r, errno := takeRecord(offset) // -1 has ToEnd in both halves
	if errno != 0 {
		return 0, errno
	}
	runtime.LockOSThread()
	count, errno := r.finish(fd, StartWrite(fd, data, length, &r.overlapped))
	runtime.UnlockOSThread()
	r.give()
	return count, errno
}

// synchronous tells whether the system makes every call on the handle wait: so for handles that were opened without
// FILE_FLAG_OVERLAPPED. They have a position of their own.
func synchronous(fd FD) bool {
	const fileModeInformation, alert, nonAlert = 16, 0x10, 0x20
	var mode uint32
	var status windows.IO_STATUS_BLOCK
	err := windows.NtQueryInformationFile(windows.Handle(fd), &status, (*byte)(unsafe.Pointer(&mode)), uint32(unsafe.Sizeof(mode)), fileModeInformation)
	return err != nil || mode&(alert|nonAlert) != 0
}

package sys

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A handle belongs to at most one completion port, for as long as it is open. So the first queue that uses a file's
// handle gets it; the others use it through workers. Who has which handle is kept here, because Open and Close are the
// two places that know when a number starts and stops naming a file. Handles that were not opened here (wrapped ones)
// are never claimed: somebody else could close them, and the number would then name another file. Nor are directories,
// which have nothing to transfer.

// claim says what is known of one handle.
type claim struct {
	owner uint64 // 0: none yet
	quiet bool
	habits
}

// habits are what transfers on a handle do to the thread that begins them.
type habits struct {
	// Stream: they may wait for the other end, not only for a device.
	Stream bool
	// HoldsRead and HoldsWrite: the thread is held until the device is done, although the handle is overlapped.
	HoldsRead, HoldsWrite bool
}

// habitsOf follows Microsoft's "Asynchronous Disk I/O Appears as Synchronous on Windows": compressed and encrypted files
// are transferred by the calling thread, and so is a write that makes a file longer. In the cache the latter is a copy
// and no more; past the cache it is the device's time, and whether a write makes the file longer is not known here.
func habitsOf(fd FD, flags OpenFlags) habits {
	if kindOf(fd) != windows.FILE_TYPE_DISK {
		return habits{Stream: true}
	}
	var basic fileBasicInfo
	basic.get(windows.Handle(fd))
	return habitsOfFile(basic.Attributes, flags)
}

func habitsOfFile(attributes uint32, flags OpenFlags) habits {
	holds := attributes&(windows.FILE_ATTRIBUTE_COMPRESSED|windows.FILE_ATTRIBUTE_ENCRYPTED) != 0
	return habits{HoldsRead: holds, HoldsWrite: holds || flags&OpenDirect != 0}
}

// nobody owns handles whose port is gone and that cannot be given to another.
const nobody = ^uint64(0)

var opened = struct {
	sync.RWMutex
	claims map[FD]claim
}{claims: map[FD]claim{}}

func remember(fd FD, flags OpenFlags) {
	c := claim{habits: habitsOf(fd, flags)}
	opened.Lock()
	opened.claims[fd] = c
	opened.Unlock()
}

func forget(fd FD) {
	opened.Lock()
	delete(opened.claims, fd)
	opened.Unlock()
}

// Claim is what a port may do with a handle.
type Claim struct {
	// Mine: the handle's transfers report to the port.
	Mine bool
	// Quiet: a transfer that is done at once reports nothing.
	Quiet bool
	habits
}

// ClaimHandle makes the handle report to the port of that owner, if it reports to no other. An owner is a number, never
// used twice and neither 0 nor the highest; the number of a port's handle would not do, since it is used again.
func ClaimHandle(fd FD, port windows.Handle, owner uint64) Claim {
	opened.RLock()
	c, known := opened.claims[fd]
	opened.RUnlock()
	if known && c.owner == 0 {
		c, known = claimFirst(fd, port, owner)
	}
	return Claim{Mine: known && c.owner == owner, Quiet: c.quiet, habits: c.habits}
}

func claimFirst(fd FD, port windows.Handle, owner uint64) (claim, bool) {
	opened.Lock()
	defer opened.Unlock()
	c, known := opened.claims[fd]
	if !known || c.owner != 0 {
		return c, known // somebody was faster
	}
	if _, err := windows.CreateIoCompletionPort(windows.Handle(fd), port, 0, 0); err != nil {
		c.owner = nobody
	} else {
		c.owner = owner
		const modes = windows.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | windows.FILE_SKIP_SET_EVENT_ON_HANDLE
		c.quiet = windows.SetFileCompletionNotificationModes(windows.Handle(fd), modes) == nil
	}
	opened.claims[fd] = c
	return c, true
}

// Disown ends all claims of an owner whose port is about to be closed. Windows 8.1 can take a handle away from its port;
// where that is not known another queue uses the handle through workers.
func Disown(owner uint64) {
	opened.Lock()
	defer opened.Unlock()
	for fd, c := range opened.claims {
		if c.owner != owner {
			continue
		}
		c.owner = nobody
		if detach(fd) {
			c.owner = 0
		}
		opened.claims[fd] = c
	}
}

func detach(fd FD) bool {
	var none struct {
		port windows.Handle
		key  uintptr
	}
	var status windows.IO_STATUS_BLOCK
	return windows.NtSetInformationFile(windows.Handle(fd), &status, (*byte)(unsafe.Pointer(&none)), uint32(unsafe.Sizeof(none)), windows.FileReplaceCompletionInformation) == nil
}

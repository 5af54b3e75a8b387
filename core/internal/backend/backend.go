// Package backend holds the one interface between a queue and a way of talking to a system. Each implementation is
// a package of its own below this one; which is used is decided in core's select files, nowhere else.
package backend

import (
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Op is the kind of one low-level request.
type Op uint8

const (
	OpNone     Op = iota
	OpRead        // one transfer from FD at Offset into Data[:Length]; Offset -1 reads the stream's own position, and is the only one for streams
	OpWrite       // one transfer to FD at Offset from Data[:Length]; Offset -1 writes at the stream's position (append)
	OpSync        // data and metadata on stable storage
	OpDatasync    // data on stable storage
	OpOpen        // Path, OpenFlags, Mode; Result is the descriptor
	OpClose       // FD is released whatever the result
	OpTruncate    // set the size of FD to Offset
	OpStat        // fill Stat from FD
	OpCall        // run Call on a worker: blocking work with no native form; its value becomes Result/Errno
)

// Flags of a request.
const (
	// FlagAsync asks the backend not to try the request on the submitting thread: the copy itself would stall it.
	FlagAsync uint8 = 1 << iota
	// FlagForeign says that the descriptor is not a regular file that the core has for itself: somebody else may move
	// its position or depends on its modes, or it is something else than a file. Without it a positional transfer is
	// one of the core's own file.
	FlagForeign
)

// Request is one low-level operation. The submitter owns the memory, keeps it and everything it points to unchanged
// from Submit until the request is returned by Reap, and gets it back exactly once.
type Request struct {
	Op        Op
	Flags     uint8
	Mode      uint32 // permission bits of a created file, before umask
	FD        sys.FD
	OpenFlags sys.OpenFlags
	Offset    int64
	Data      unsafe.Pointer
	Length    int64
	Path      []byte // NUL-terminated
	Stat      *sys.Stat
	Call      func(*Request)

	// Result is a count, a descriptor or zero; meaningless when Errno is not 0.
	Result int64
	Errno  sys.Errno

	// Owner is the submitter's own record; backends carry it and never look at it.
	Owner unsafe.Pointer

	// Next links requests in one list at a time: the backend's while it holds the request, the owner's otherwise.
	Next *Request
	// Slot belongs to the backend between Submit and Reap, or to the lane that the backend gave the request to.
	Slot uint64
	// Route is how a backend remembers whether it did: it alone writes it, so that it may look while a worker has Slot.
	Route uint8
}

// Capability is one thing a backend does natively, without a worker thread.
type Capability uint32

const (
	CapRead Capability = 1 << iota
	CapWrite
	CapSync
	CapOpen
	CapClose
	CapTruncate
	CapStat
	CapCancel
)

// Backend is one instance, owned by one queue. All methods but Wake are called with the queue's lock held or by the
// only thread that uses the queue; Wake may be called from any thread. Where there is no FD, Wait may be called from a
// second thread meanwhile, until Close has returned.
type Backend interface {
	// Name is what get_backend_info reports: "io_uring", "threadpool", "fake".
	Name() string
	Capabilities() Capability
	// Submit accepts a request. It never fails: when the kernel's queue is full the request waits in a list
	// (back-pressure, in order). The kernel may see it only at the next Flush.
	Submit(*Request)
	// Flush hands everything staged to the kernel in one call. It does not block.
	Flush()
	// Reap takes finished requests out, without blocking, and returns how many it stored. It takes the whole batch
	// from the kernel before it returns any, so that a submitter may submit again while it walks the batch.
	Reap(out []*Request) int
	// Wait blocks until something is finished, Wake was called, or the timeout passed (negative: no limit). A second
	// thread in Wait is not told of what Submit and Flush finish themselves: their caller reaps.
	Wait(timeout time.Duration)
	// Cancel asks for a submitted request to end early; the kernel may be asked only at the next Flush. It still
	// comes back from Reap exactly once, with ECANCELED or with its ordinary result. A close is carried out all the
	// same.
	Cancel(*Request)
	// FD is readable while there is something to reap or after Wake; -1 where the system has no such descriptor.
	FD() int
	// Wake makes FD readable and Wait return. Any thread.
	Wake()
	// InFlight counts the requests submitted and not reaped.
	InFlight() int
	// Close releases everything, and a second thread in Wait returns. Requires InFlight() == 0.
	Close()
}

//go:build linux && !(386 || arm || mips || mipsle)

package uring

import (
	"fmt"
	"strings"
	"syscall"
	"unsafe"

	iouring "github.com/iceber/iouring-go/syscall"
	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Options of one ring.
type Options struct {
	// Depth is the number of submission entries, rounded up to a power of two by the kernel; 0 is 256.
	Depth int
	// SQPoll asks for a kernel thread that takes submissions without a system call.
	SQPoll bool
	// Shared says that many threads take turns in using the ring, so that a thread that has submitted may be long in
	// coming back to it.
	Shared bool
}

const (
	depthDefault = 256
	depthMin     = 2
	depthMax     = 32768 // IORING_MAX_ENTRIES
	// The completion queue bounds what is in the kernel: eight times the depth, within these limits. A full one only
	// means that requests wait here instead of there. Its pages are cleared for each ring, so it is not larger.
	completionsMin = 1024
	completionsMax = 65536
)

// Unavailable says why io_uring cannot be used here.
type Unavailable struct {
	Step    string    // the call that failed
	Errno   sys.Errno // 0 when something is missing rather than refused
	Missing []string  // operations that this kernel does not know
}

func (u *Unavailable) Error() string {
	switch {
	case len(u.Missing) > 0:
		return "the kernel's io_uring lacks " + strings.Join(u.Missing, ", ")
	case u.Errno == syscall.ENOSYS:
		return u.Step + ": this kernel, or a filter, does not have io_uring (ENOSYS)"
	case u.Errno == syscall.EPERM || u.Errno == syscall.EACCES:
		return u.Step + ": forbidden, by a container's seccomp filter or by kernel.io_uring_disabled (EPERM)"
	case u.Errno == syscall.ENOMEM:
		return u.Step + ": not enough locked memory, raise ulimit -l (ENOMEM)"
	}
	return fmt.Sprintf("%s: %v", u.Step, u.Errno)
}

// Unwrap gives the errno.
func (u *Unavailable) Unwrap() error {
	if u.Errno == 0 {
		return nil
	}
	return u.Errno
}

// ring is the memory shared with the kernel, and its descriptor.
type ring struct {
	fd       int
	features uint32
	sqpoll   bool

	memory  []byte // both rings' indices and the completions
	entries []byte // the submission entries

	sqHead, sqTail, sqFlags *uint32
	sqMask, sqSize          uint32
	sqes                    []iouring.SubmissionQueueEntry64

	cqHead, cqTail *uint32
	cqMask, cqSize uint32
	cqes           []iouring.CompletionQueueEvent16
}

// setups are the flags to try, best first.
//
// COOP_TASKRUN (5.19) spares the interrupt that otherwise makes the submitting thread run its completions at once; it
// runs them on its next way into the kernel, at the latest when it waits for the ring's descriptor. TASKRUN_FLAG tells
// us when there are any, for a Reap that comes before that. Not SINGLE_ISSUER: a queue's thread may change. Not
// DEFER_TASKRUN: it needs SINGLE_ISSUER and does not wake a watcher of the ring's descriptor (spec/decisions).
var setups = [...]uint32{
	iouring.IORING_SETUP_SUBMIT_ALL | iouring.IORING_SETUP_COOP_TASKRUN | iouring.IORING_SETUP_TASKRUN_FLAG,
	0,
}

// sharedSetups are for a ring that many threads use in turn: its completions do not wait for the one that submitted,
// which may be busy with something else for as long as it likes.
var sharedSetups = [...]uint32{iouring.IORING_SETUP_SUBMIT_ALL, 0}

// sharedWorkers bounds the kernel's threads for each thread that submits to a shared ring: those that may block on a
// file, and the rest. By default the kernel allows four for each processor, and there are as many submitting threads as
// the Go scheduler likes.
var sharedWorkers = [2]uint32{2, 2}

// newRing sets a ring up. The note says what was asked for and refused.
func newRing(o Options) (r ring, note string, err error) {
	depth := o.Depth
	if depth <= 0 {
		depth = depthDefault
	}
	depth = min(max(depth, depthMin), depthMax)
	if o.SQPoll {
		r, err = trySetup(depth, iouring.IORING_SETUP_SQPOLL)
		if err == nil {
			// Before 5.11 the kernel thread could only use registered files.
			if r.features&iouring.IORING_FEAT_SQPOLL_NONFIXED != 0 {
				return r, "", nil
			}
			r.close()
			note = "SQPOLL needs Linux 5.11"
		} else {
			note = "SQPOLL refused: " + err.Error()
		}
	}
	flagSets := setups[:]
	if o.Shared {
		flagSets = sharedSetups[:]
	}
	for _, flags := range flagSets {
		r, err = trySetup(depth, flags)
		if err == nil {
			if o.Shared {
				r.boundWorkers()
			}
			return r, note, nil
		}
		if u, ok := err.(*Unavailable); !ok || u.Errno != syscall.EINVAL {
			break // only EINVAL means unknown flags
		}
	}
	return ring{}, note, err
}

func trySetup(depth int, flags uint32) (ring, error) {
	params := iouring.IOURingParams{
		Flags:     flags | iouring.IORING_SETUP_CQSIZE | iouring.IORING_SETUP_CLAMP,
		CQEntries: uint32(min(max(8*depth, completionsMin), completionsMax)),
		// How long the SQPOLL thread spins before it sleeps.
		SQThreadIdle: 50,
	}
	fd, err := iouring.IOURingSetup(uint(depth), &params)
	if err != nil {
		return ring{}, &Unavailable{Step: "io_uring_setup", Errno: errnoOf(err)}
	}
	unix.CloseOnExec(fd) // the kernel has set it already; a container's emulation might not
	r := ring{fd: fd, features: params.Features, sqpoll: flags&iouring.IORING_SETUP_SQPOLL != 0}
	if err := r.mapMemory(&params); err != nil {
		r.close()
		return ring{}, err
	}
	return r, nil
}

func (r *ring) mapMemory(p *iouring.IOURingParams) error {
	needed := iouring.IORING_FEAT_SINGLE_MMAP | iouring.IORING_FEAT_NODROP | iouring.IORING_FEAT_SUBMIT_STABLE | iouring.IORING_FEAT_RW_CUR_POS
	if p.Features&needed != needed {
		return &Unavailable{Missing: []string{"the features of Linux 5.6"}}
	}
	size := max(int(p.SQOffset.Array)+int(p.SQEntries)*4, int(p.CQOffset.Cqes)+int(p.CQEntries)*16)
	var err error
	const protection, shared = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	if r.memory, err = unix.Mmap(r.fd, int64(iouring.IORING_OFF_SQ_RING), size, protection, shared); err != nil {
		return &Unavailable{Step: "mmap of the rings", Errno: errnoOf(err)}
	}
	r.entries, err = unix.Mmap(r.fd, int64(iouring.IORING_OFF_SQES), int(p.SQEntries)*64, protection, shared)
	if err != nil {
		return &Unavailable{Step: "mmap of the submission entries", Errno: errnoOf(err)}
	}
	at := func(offset uint32) unsafe.Pointer { return unsafe.Pointer(&r.memory[offset]) }
	r.sqHead = (*uint32)(at(p.SQOffset.Head))
	r.sqTail = (*uint32)(at(p.SQOffset.Tail))
	r.sqFlags = (*uint32)(at(p.SQOffset.Flags))
	r.sqSize = p.SQEntries
	r.sqMask = p.SQEntries - 1
	r.sqes = unsafe.Slice((*iouring.SubmissionQueueEntry64)(unsafe.Pointer(&r.entries[0])), p.SQEntries)
	r.cqHead = (*uint32)(at(p.CQOffset.Head))
	r.cqTail = (*uint32)(at(p.CQOffset.Tail))
	r.cqSize = p.CQEntries
	r.cqMask = p.CQEntries - 1
	r.cqes = unsafe.Slice((*iouring.CompletionQueueEvent16)(at(p.CQOffset.Cqes)), p.CQEntries)
	// The kernel lets the submission queue name its entries in any order; ours is always the natural one.
	for index := range unsafe.Slice((*uint32)(at(p.SQOffset.Array)), p.SQEntries) {
		*(*uint32)(at(p.SQOffset.Array + 4*uint32(index))) = uint32(index)
	}
	return nil
}

// boundWorkers asks for few kernel threads for each submitting thread. Before Linux 5.15 the kernel does not know how.
func (r *ring) boundWorkers() {
	counts := sharedWorkers
	_ = iouring.IOURingRegister(r.fd, registerIOWQMaxWorkers, unsafe.Pointer(&counts), uint32(len(counts)))
}

func (r *ring) close() {
	if r.entries != nil {
		unix.Munmap(r.entries)
	}
	if r.memory != nil {
		unix.Munmap(r.memory)
	}
	unix.Close(r.fd)
	r.entries, r.memory, r.fd = nil, nil, -1
}

// capabilityOpcodes lists what is wanted natively. Without the required ones there is no point in a ring; the rest has
// the worker pool to fall back to.
var capabilityOpcodes = [...]struct {
	name       string
	opcode     uint8
	capability backend.Capability
	required   bool
}{
	{"READ", iouring.IORING_OP_READ, backend.CapRead, true},
	{"WRITE", iouring.IORING_OP_WRITE, backend.CapWrite, true},
	{"ASYNC_CANCEL", iouring.IORING_OP_ASYNC_CANCEL, backend.CapCancel, true},
	{"POLL_ADD", iouring.IORING_OP_POLL_ADD, 0, true},
	{"FSYNC", iouring.IORING_OP_FSYNC, backend.CapSync, false},
	{"OPENAT", iouring.IORING_OP_OPENAT, backend.CapOpen, false},
	{"CLOSE", iouring.IORING_OP_CLOSE, backend.CapClose, false},
	{"FTRUNCATE", opFTRUNCATE, backend.CapTruncate, false},
}

// probe asks the kernel for every opcode: its version says little, since distributions port operations back and
// containers take them away.
func (r *ring) probe() (backend.Capability, error) {
	var table probeTable
	err := iouring.IOURingRegister(r.fd, iouring.IORING_REGISTER_PROBE, unsafe.Pointer(&table), uint32(len(table.ops)))
	if err != nil {
		return 0, &Unavailable{Step: "io_uring_register(PROBE)", Errno: errnoOf(err)}
	}
	var capabilities backend.Capability
	var missing []string
	for _, c := range capabilityOpcodes {
		if c.opcode <= table.lastOp && table.ops[c.opcode].flags&opSupported != 0 {
			capabilities |= c.capability
		} else if c.required {
			missing = append(missing, c.name)
		}
	}
	if missing != nil {
		return 0, &Unavailable{Missing: missing}
	}
	return capabilities, nil
}

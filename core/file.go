package core

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// File is an open file: a position of its own, a read window, a write buffer. It is not tied to a queue.
//
// What is gathered for writing passes through two places: gather, which small writes are copied into, and push, which
// is on its way to the system. The pusher is the one operation that moves push; whoever needs the data pushed waits
// for it in waiters, in order.
//
// Lock order: Queue.mu, then File.mu, then Queue.inboxMu.
type File struct {
	mu         sync.Mutex
	index      uint32
	generation atomic.Uint32

	// refs counts operations on the file; closingBit is set from the start of close on, also while the slot is free.
	refs atomic.Int64

	// Set when the open completes, then constant until the close; ready says so to those who do not take the lock.
	ready atomic.Bool
	fd    sys.FD
	kind  sys.Kind
	// offsets: a device without a position or a size that takes offsets all the same, as /dev/zero does.
	offsets bool
	traits  atomic.Uint32 // sys.Traits; bits are cleared when the system refuses
	flags   sys.OpenFlags
	ownsFD  bool

	state      fileState
	openErr    Error
	openNative int32

	position int64
	// atEnd: the last write was an append, so that the position is the end of the file, wherever that is by now.
	atEnd bool
	// epoch changes with every seek, and between reads and writes: the places of one epoch lie one behind the other,
	// and only they may be given back when an operation ends early.
	epoch    uint64
	writing  bool   // the places of this epoch are writes'
	linesOut int    // line reads of this epoch that have not ended: nobody knows where
	vacant   []span // places given back in front of others, last ones last
	// readEnd is where the last read ended; a read that starts there is sequential and worth reading ahead for.
	readEnd int64

	bufferSize int64 // 0: unbuffered
	window     []byte
	windowAt   int64 // offset of window[0] in the file
	windowLen  int64
	// changes counts what made the window stale, for a read of a window that is on its way meanwhile.
	changes uint64

	gather    []byte
	gatherLen int64
	gatherAt  int64 // offset of gather[0]; meaningless in append mode and on streams, as is pushAt until it is in flight
	push      []byte
	pushLen   int64
	pushDone  int64
	pushAt    int64
	// dirty is true while gather or push hold data; read without the lock by positional operations.
	dirty atomic.Bool
	// blocks counts what was gathered, so that a write knows whether its block is still the last.
	blocks uint64

	pusher  *op // moves push, or writes where order matters (append, stream)
	reader  *op // reads where order matters (stream)
	waiters opList
	// appends are the writes, in order, whose place the system will choose and that it has not been given. A list of its
	// own, since waiters of other queues go on in their own time.
	appends []*op
	// readers are the reads that wait on a stream: a write to its other direction must not queue behind them.
	readers opList
	closer  *op // the close that waits for refs to run out

	timer     *time.Timer // close_timeout_ms, while a close waits
	disposing bool        // nobody waits for the close
}

type fileState uint8

const (
	fileFree fileState = iota
	fileOpening
	fileOpen
	fileFailed // the open failed; the handle lives until it is closed
	fileClosed // the descriptor is gone, operations that could not be cancelled are not
)

const closingBit = int64(1) << 62

var files table[File]

// newFile takes a slot; its handle is valid from here on.
func newFile(state fileState) *File {
	f := files.take(func(index uint32) *File {
		f := &File{index: index}
		f.refs.Store(closingBit)
		return f
	})
	f.mu.Lock()
	f.generation.Add(1)
	f.state = state
	f.fd = sys.InvalidFD
	f.refs.Add(-closingBit)
	f.mu.Unlock()
	return f
}

func (f *File) handle() uint64 { return handleOf(f.index, f.generation.Load()) }

// freeSlot sets everything but the slot's identity back to zero, once, when a closed file has no references left.
func (f *File) freeSlot() {
	f.mu.Lock()
	if f.state != fileClosed {
		f.mu.Unlock()
		return
	}
	if f.window != nil {
		giveBuffer(f.window)
	}
	if f.gather != nil {
		giveBuffer(f.gather)
	}
	if f.push != nil {
		giveBuffer(f.push)
	}
	f.generation.Add(1)
	f.ready.Store(false)
	f.state, f.fd = fileFree, sys.InvalidFD
	f.kind, f.offsets, f.flags, f.ownsFD = 0, false, 0, false
	f.traits.Store(0)
	f.openErr, f.openNative = EOK, 0
	f.position, f.epoch, f.readEnd, f.bufferSize = 0, 0, -1, 0
	f.atEnd, f.timer, f.disposing = false, nil, false
	f.writing, f.linesOut, f.vacant, f.blocks = false, 0, nil, 0
	f.window, f.windowAt, f.windowLen, f.changes = nil, 0, 0, 0
	f.gather, f.gatherLen, f.gatherAt = nil, 0, 0
	f.push, f.pushLen, f.pushDone, f.pushAt = nil, 0, 0, 0
	f.pusher, f.reader, f.closer, f.appends = nil, nil, nil, nil
	f.waiters, f.readers = opList{}, opList{}
	f.dirty.Store(false)
	f.mu.Unlock()
	files.give(f.index)
}

// lookupFile finds the file of a handle and takes a reference, which keeps its descriptor open until release.
func lookupFile(handle uint64) (*File, bool) {
	f := files.get(handle)
	if f == nil {
		return nil, false
	}
	if f.refs.Add(1)&closingBit != 0 || f.generation.Load() != uint32(handle>>32) {
		f.release(nil)
		return nil, false
	}
	return f, true
}

// settled drops the reference that dispatch took, unless the operation goes on and keeps it.
func (f *File) settled(q *Queue, status Status) Status {
	if status != StatusPending {
		f.release(q)
	}
	return status
}

// release drops a reference. The last one of a closing file lets the close go on; q is the queue whose thread and
// lock this is, or nil.
func (f *File) release(q *Queue) {
	if f.refs.Add(-1) != closingBit {
		return
	}
	f.mu.Lock()
	o, state, disposing := f.closer, f.state, f.disposing
	f.closer, f.disposing = nil, false
	f.mu.Unlock()
	switch {
	case o != nil:
		o.runOn(q)
	case disposing:
		go f.dispose()
	case state == fileClosed:
		f.freeSlot()
	}
}

// runOn continues a waiting operation: here when this is its queue's thread, else over there.
func (o *op) runOn(q *Queue) {
	if o.queue == q {
		o.resume(o)
	} else {
		o.queue.post(o)
	}
}

// opList is a first-in first-out list of waiting operations.
type opList struct{ head, tail *op }

func (l *opList) add(o *op) {
	o.next = nil
	if l.tail == nil {
		l.head = o
	} else {
		l.tail.next = o
	}
	l.tail = o
}

func (l *opList) remove(o *op) bool {
	var before *op
	for at := l.head; at != nil; before, at = at, at.next {
		if at != o {
			continue
		}
		if before == nil {
			l.head = o.next
		} else {
			before.next = o.next
		}
		if l.tail == o {
			l.tail = before
		}
		o.next = nil
		return true
	}
	return false
}

// wait puts an operation into the file's list. Called with the file's lock.
func (f *File) wait(o *op, resume func(*op)) {
	o.phase = phaseWaiting
	o.resume = resume
	if f.stream() && (o.kind == OpRead || o.kind == OpReadLines) {
		f.readers.add(o)
		return
	}
	f.waiters.add(o)
}

// forget takes a waiting operation out of the list; false when another thread has it already.
func (f *File) forget(o *op) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closer == o {
		f.closer = nil
		return true
	}
	return f.waiters.remove(o) || f.readers.remove(o)
}

// wake lets everything that waits look again, in order. Called without the file's lock, after a change that may let
// one of them go on.
func (f *File) wake(q *Queue) {
	f.mu.Lock()
	lists := [...]opList{f.waiters, f.readers}
	f.waiters, f.readers = opList{}, opList{}
	f.mu.Unlock()
	for _, list := range lists {
		for o := list.head; o != nil; {
			next := o.next
			o.next = nil
			o.runOn(q)
			o = next
		}
	}
}

// end finishes an operation on a file and drops its reference.
func (o *op) end(result int64, err Error, native int32) {
	f, q := o.file, o.queue
	if o.exclusive || o.appends || o.placed && o.kind == OpReadLines {
		o.exclusive = false
		f.mu.Lock()
		o.appended()
		if o.placed && o.kind == OpReadLines && o.epoch == f.epoch {
			f.linesOut--
		}
		if f.reader == o {
			f.reader = nil
		}
		if f.pusher == o {
			f.pusher = nil
		}
		f.mu.Unlock()
		f.wake(q)
	}
	o.finish(result, err, native)
	if f != nil {
		f.release(q)
	}
}

func (o *op) endErrno(native sys.Errno) { o.end(-1, errorOf(native), int32(native)) }

// stream is true where there is no position: pipes, terminals, sockets.
func (f *File) stream() bool { return f.kind == sys.KindStream }

// placeless is true where the system takes no offsets.
func (f *File) placeless() bool { return f.stream() && !f.offsets }

// ordered is true where writes must not overtake each other because the system chooses their place.
func (f *File) ordered() bool { return f.kind == sys.KindStream || f.flags&sys.OpenAppend != 0 }

// FileInfo returns the descriptor (InvalidFD while the open is pending) and traits behind a handle.
func FileInfo(handle uint64) (fd int64, traits uint32, err Error) {
	f, ok := lookupFile(handle)
	if !ok {
		return -1, 0, ESTALE_HANDLE
	}
	defer f.release(nil)
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(f.fd), f.traits.Load(), EOK
}

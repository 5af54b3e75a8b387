package core

import (
	"sync"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// cancelGrace is how long a close waits, after it has cancelled, for what the kernel does not let go of (a worker
// blocked on a pipe). Then the descriptor is released all the same.
const cancelGrace = 250 * time.Millisecond

func opClose(q *Queue, f *File, _ *CloseArgs, s *Submission, c *Completion) Status {
	if !f.beginClose() {
		return refused(ECLOSED)
	}
	f.mu.Lock()
	switch {
	case f.state == fileFailed:
		f.state = fileClosed // the last reference frees the slot
		poisoned := f.openErr == EPOISONED
		if poisoned && f.ownsFD && f.refs.Load() == closingBit|1 {
			sys.Close(f.fd)
		}
		f.mu.Unlock()
		if poisoned {
			return failed(s, c, EPOISONED, 0)
		}
		return done(s, c, 0)
	case f.state == fileOpen && f.refs.Load() == closingBit|1 && (!f.dirty.Load() || f.pushInline()) && f.closesAtOnce():
		fd, owns := f.fd, f.ownsFD
		f.state = fileClosed
		f.mu.Unlock()
		if owns {
			if errno := sys.Close(fd); errno != 0 && errno != sys.EINTR {
				return failed(s, c, errorOf(errno), int32(errno))
			}
		}
		return done(s, c, 0)
	case q == nil:
		f.mu.Unlock()
		f.refs.Add(-closingBit)
		return StatusWouldWait
	}
	o := q.newOp(s, f)
	o.phase, o.resume = phaseWaiting, closeQuiet
	f.closer = o
	if f.refs.Load() > closingBit|1 {
		timeout := time.Duration(option(optionCloseTimeoutMS)) * time.Millisecond
		generation := f.generation.Load()
		f.timer = time.AfterFunc(timeout, func() { f.closeTimedOut(o, generation) })
	}
	f.mu.Unlock()
	f.release(q)
	return pend(o, c)
}

// beginClose shuts the file for new operations; false when somebody else has done so.
func (f *File) beginClose() bool {
	for {
		refs := f.refs.Load()
		if refs&closingBit != 0 {
			return false
		}
		if f.refs.CompareAndSwap(refs, refs|closingBit) {
			return true
		}
	}
}

// closesAtOnce: close(2) itself can take long where it has to write or to free blocks: network file systems, the last
// reference to a deleted file, and files opened in a way that sys.SlowClose names. The caller holds the lock.
func (f *File) closesAtOnce() bool {
	if !f.ownsFD || f.stream() || f.memory() {
		return true
	}
	if !f.local() || f.flags&sys.SlowClose != 0 {
		return false
	}
	var stat sys.Stat
	return sys.Fstat(f.fd, &stat) == 0 && stat.Links > 0
}

// closeTimedOut runs on a timer: first it cancels what is in the way, then it stops waiting for it.
func (f *File) closeTimedOut(o *op, generation uint32) {
	for _, q := range queues.all() {
		q.cancelFile(f, generation)
	}
	time.Sleep(cancelGrace)
	f.mu.Lock()
	abandoned := f.closer == o && f.generation.Load() == generation
	if abandoned {
		f.closer = nil
	}
	f.mu.Unlock()
	if abandoned {
		o.queue.post(o)
	}
}

// closeQuiet goes on when nothing else uses the file (or does not let go of it).
func closeQuiet(o *op) {
	f := o.file
	f.mu.Lock()
	if f.timer != nil {
		f.timer.Stop()
		f.timer = nil
	}
	f.mu.Unlock()
	switch {
	case f.state == fileOpen && f.dirty.Load() && f.pusher == nil:
		o.pushThen(closeDescriptor)
	default:
		closeDescriptor(o)
	}
}

func closeDescriptor(o *op) {
	f := o.file
	f.mu.Lock()
	fd, owned := f.fd, f.ownsFD && f.state == fileOpen
	atOnce := owned && f.closesAtOnce()
	// After a close that did not wait for everything, a backend may still hold the descriptor in a way that forbids
	// closing it under its feet.
	if holder, ok := o.queue.backend.(interface{ Holds(sys.FD) bool }); ok && holder.Holds(fd) {
		atOnce = false
	}
	if f.state == fileOpen && o.err == EOK && (f.pushDone < f.pushLen || f.gatherLen > 0) {
		o.err = ETIMEDOUT // a push did not end in time: what it held may or may not be in the file
	}
	f.state = fileClosed
	f.mu.Unlock()
	switch {
	case !owned:
		o.req.Errno = 0
		stepClose(o)
	case atOnce:
		o.req.Errno = sys.Close(fd)
		stepClose(o)
	default:
		o.req.Op, o.req.FD = backend.OpClose, fd
		o.req.Flags = backend.FlagAsync // the point is not to do it here
		o.submit(stepClose)
	}
}

func stepClose(o *op) {
	f := o.file
	err, native := o.err, o.native // of the push
	if errno := o.req.Errno; err == EOK && errno != 0 && errno != sys.EINTR && errno != sys.ECANCELED {
		err, native = errorOf(errno), int32(errno)
	}
	o.finish(0, err, native)
	// With operations left that would not end, the slot is freed by the last of them.
	if f.refs.Load() == closingBit {
		f.freeSlot()
	}
}

// disposals counts files that are being closed in the background.
var disposals sync.WaitGroup

// Dispose closes a file that nobody will close: its buffer is pushed and its descriptor released, in the background.
// Errors are lost; the caller has warned about the file.
func Dispose(handle uint64) Error {
	f, ok := lookupFile(handle)
	if !ok {
		return ESTALE_HANDLE
	}
	if !f.beginClose() {
		f.release(nil)
		return ECLOSED
	}
	disposals.Add(1)
	f.mu.Lock()
	f.disposing = true
	f.mu.Unlock()
	f.release(nil)
	return EOK
}

func (f *File) dispose() {
	defer disposals.Done()
	f.mu.Lock()
	if f.state == fileOpen {
		f.pushBlocking()
		if f.ownsFD {
			sys.Close(f.fd)
		}
	}
	f.state = fileClosed
	f.mu.Unlock()
	f.freeSlot()
}

// pushBlocking writes everything gathered out on this thread. The caller holds the lock; nobody else pushes.
func (f *File) pushBlocking() {
	for f.nextPush() {
		count, errno := sys.Pwrite(f.fd, unsafe.Pointer(&f.push[f.pushDone]), f.pushLen-f.pushDone, f.pushOffset())
		switch {
		case errno == sys.EINTR:
		case errno == sys.EAGAIN:
			sys.WaitReady(f.fd, true, -1)
		case errno != 0 || count == 0:
			return
		default:
			f.pushDone += count
		}
	}
}

// Shutdown prepares a normal exit of the process: disposals are waited for and buffers of files still open are pushed,
// for at most timeout.
func Shutdown(timeout time.Duration) {
	finished := make(chan struct{})
	go func() {
		disposals.Wait()
		for _, f := range files.all() {
			if f.refs.Add(1)&closingBit == 0 {
				f.mu.Lock()
				if f.state == fileOpen && f.pusher == nil {
					f.pushBlocking()
				}
				f.mu.Unlock()
			}
			f.release(nil)
		}
		close(finished)
	}()
	select {
	case <-finished:
	case <-time.After(timeout):
	}
}

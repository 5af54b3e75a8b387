//go:build linux && !(386 || arm || mips || mipsle)

package uring

import (
	"sync/atomic"

	iouring "github.com/iceber/iouring-go/syscall"
	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Reap implements backend.Backend.
func (u *Ring) Reap(out []*backend.Request) int {
	// Completions that wait for this thread to enter the kernel, or that found the queue full, are fetched first.
	if atomic.LoadUint32(u.sqFlags)&(sqTASKRUN|iouring.IORING_SQ_CQ_OVERFLOW) != 0 {
		enterNow(u.fd, 0, iouring.IORING_ENTER_FLAGS_GETEVENTS)
	}
	u.drain()
	if u.givenUp {
		u.giveUp()
	}
	if !u.armed {
		// The eventfd has been read, so whoever sets it from now on is seen by the new read.
		u.lane.Collect(&u.ready, nil)
		u.arm()
	}
	// What had no room has some now; and the owner may go to sleep after this without another Flush.
	u.pump()
	count := u.ready.Take(out)
	if !u.ready.Empty() {
		u.signal()
	}
	return count
}

// drain takes the whole batch of completions from the kernel and returns how many there were. It only moves them into
// lists: nothing of the submitter's runs here.
func (u *Ring) drain() int {
	head := atomic.LoadUint32(u.cqHead)
	tail := atomic.LoadUint32(u.cqTail)
	count := int(tail - head)
	for ; head != tail; head++ {
		e := &u.cqes[head&u.cqMask]
		u.complete(e.UserData(), e.Result())
	}
	atomic.StoreUint32(u.cqHead, head)
	return count
}

func (u *Ring) complete(user uint64, result int32) {
	u.inKernel--
	index := uint32(user)
	switch index {
	case indexWake:
		u.armed = false
		return
	case indexCancel:
		u.askAgain(uint32(user>>32), sys.Errno(-result))
		return // the cancelled request tells the outcome itself
	}
	s := &u.slots[index]
	if s.generation != uint32(user>>32) || s.request == nil {
		return
	}
	polling, cancelled := s.polling, s.cancelled
	r := u.release(index)
	if result >= 0 && !polling {
		r.Result, r.Errno = int64(result), 0
		u.ready.Push(r)
		return
	}
	errno := sys.Errno(0)
	if result < 0 {
		errno = interrupted(sys.Errno(-result))
	}
	if cancelled && (errno == 0 || errno == unix.EINTR || errno == unix.EAGAIN) {
		errno = sys.ECANCELED // how a kernel thread, or a finished poll, says it
	}
	if again, how := retry(r, errno, polling, cancelled); again {
		r.Slot = slotWaiting | how
		u.waiting.Push(r)
		return
	}
	if r.Op == backend.OpClose && errno == unix.EINTR {
		errno = 0 // the descriptor is released all the same
	}
	pool.Finish(r, errno)
	u.ready.Push(r)
}

// askAgain repeats a cancellation that met its request between two places, on the way from a kernel thread to waiting for
// the stream's other end: the kernel found it nowhere, or told the thread, which was done with it. A request that ends
// by itself is left alone, or a long transfer would be asked over and over.
func (u *Ring) askAgain(index uint32, errno sys.Errno) {
	s := &u.slots[index]
	if s.cancelled && (errno == unix.EALREADY || errno == unix.ENOENT) && (s.polling || s.request.Offset == -1) {
		u.cancels = append(u.cancels, index)
	}
}

// interrupted translates the kernel's own codes for "a signal came, restart the call", which an open of a FIFO lets
// through to us when a kernel thread carries it out and is told to give up.
func interrupted(errno sys.Errno) sys.Errno {
	const restartFirst, restartLast = 512, 516 // ERESTARTSYS to ERESTART_RESTARTBLOCK, include/linux/errno.h
	if errno >= restartFirst && errno <= restartLast {
		return unix.EINTR
	}
	return errno
}

// retry decides whether a request goes to the kernel again, and how.
func retry(r *backend.Request, errno sys.Errno, polling, cancelled bool) (bool, uint64) {
	transfer := r.Op == backend.OpRead || r.Op == backend.OpWrite
	switch {
	case cancelled:
		return false, 0
	case polling && errno == 0:
		return true, 0 // ready: now the transfer
	case errno == unix.EINTR && r.Op != backend.OpClose, errno == unix.ECANCELED:
		// Not asked for: the thread that had submitted it has ended, and the kernel gives up what a thread
		// leaves behind.
		return true, 0
	case errno == unix.EAGAIN && transfer && !polling && r.Offset == -1:
		return true, slotPoll // a descriptor in non-blocking mode
	}
	return false, 0
}

// release frees the slot and returns its request.
func (u *Ring) release(index uint32) *backend.Request {
	s := &u.slots[index]
	r := s.request
	s.request = nil
	s.cancelled = false
	s.generation++
	u.free = append(u.free, index)
	u.held--
	r.Slot = slotReady
	return r
}

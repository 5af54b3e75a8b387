//go:build unix

package pool

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/wake"
)

// A read of a silent pipe or terminal can wait for ever. It must not take a worker with it: a handful of them would stop
// all other files. So streams that are not ready are watched together, by one poll on one goroutine, which exists only
// while there are any; ready ones go back to the workers. This also makes them cancellable.
type watch struct {
	parked  []parkedRequest
	polled  []unix.PollFd // the goroutine's alone
	running bool
	event   wake.Event // open while running
}

type parkedRequest struct {
	lane    *Lane
	request *backend.Request
}

func streamEvents(r *backend.Request) int16 {
	if r.Op == backend.OpWrite {
		return unix.POLLOUT
	}
	return unix.POLLIN
}

// tryStream carries a stream's transfer out if that can be done without waiting for the other end, and tells so. What
// is not a stream is none of its business.
func tryStream(r *backend.Request) (done bool) {
	var stat sys.Stat
	if sys.Fstat(r.FD, &stat) != 0 || stat.Kind != sys.KindStream {
		Execute(r)
		return true
	}
	polled := [1]unix.PollFd{{Fd: int32(r.FD), Events: streamEvents(r)}}
	if count, err := unix.Poll(polled[:], 0); err == nil && count == 0 {
		return false
	}
	// Another reader may be faster, and a write can be longer than there is room: so without waiting, where the
	// stream knows how to. A count of 0 is confirmed by the plain call.
	traits := sys.FileTraits(r.FD, &stat)
	attempt, trait := sys.ReadNowait, sys.TraitReadNowait
	if r.Op == backend.OpWrite {
		attempt, trait = sys.WriteNowait, sys.TraitWriteNowait
	}
	if traits&trait != 0 && r.Length > 0 {
		count, errno := attempt(r.FD, r.Data, r.Length, r.Offset, &traits)
		if errno == 0 && count > 0 {
			r.Result, r.Errno = count, 0
			return true
		}
		if errno == sys.EAGAIN && traits&trait != 0 && !hungUp(polled[0].Revents) {
			return false
		}
	}
	Execute(r)
	return r.Errno != sys.EAGAIN // a descriptor in non-blocking mode
}

// hungUp: there will be no more readiness to wait for; the plain call tells what it is.
func hungUp(revents int16) bool { return revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 }

// park gives a request that is not ready to the watch; it tells whether it could.
func (c *crew) park(l *Lane, r *backend.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &c.watch
	if !w.running {
		if w.event.Open() != 0 {
			return false
		}
		w.running = true
		go c.watchStreams()
	}
	// A cancellation may have come while a worker had it.
	if r.Slot == slotTaken {
		r.Slot = slotParked
	}
	w.parked = append(w.parked, parkedRequest{l, r})
	w.event.Set()
	return true
}

// unwatch makes the watch look at its requests again. Called with mu held.
func (c *crew) unwatch() {
	if c.watch.running {
		c.watch.event.Set()
	}
}

func (c *crew) watchStreams() {
	w := &c.watch
	var cancelled []parkedRequest
	c.mu.Lock()
	for {
		// polled[0] is the event, polled[i+1] is parked[i] of the last round, which only grows meanwhile.
		var kept []parkedRequest
		for i, p := range w.parked {
			switch {
			case p.request.Slot != slotParked:
				p.request.Slot = slotTaken
				cancelled = append(cancelled, p)
			case i+1 < len(w.polled) && w.polled[i+1].Revents != 0:
				p.request.Slot = slotQueued
				p.lane.queued.Push(p.request)
				c.attach(p.lane)
				c.rouse()
			default:
				kept = append(kept, p)
			}
		}
		w.parked = kept
		w.polled = append(w.polled[:0], unix.PollFd{Fd: int32(w.event.FD()), Events: unix.POLLIN})
		for _, p := range kept {
			w.polled = append(w.polled, unix.PollFd{Fd: int32(p.request.FD), Events: streamEvents(p.request)})
		}
		if len(kept) == 0 {
			w.running = false
			w.event.Close()
			w.polled = w.polled[:0]
		}
		c.mu.Unlock()
		for _, p := range cancelled {
			Finish(p.request, sys.ECANCELED)
			p.lane.deliver(p.request)
		}
		cancelled = cancelled[:0]
		if len(kept) == 0 {
			runtime.LockOSThread() // and give the thread back, as an idle worker does
			return
		}
		if _, err := unix.Poll(w.polled, -1); err != nil {
			clear(w.polled) // EINTR: nothing is known
		}
		c.mu.Lock()
		w.event.Clear()
	}
}

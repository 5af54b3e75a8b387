package ayafileio

import (
	"runtime"
	"sync"

	"github.com/ayafileio/ayafileio/core"
)

// shard is one queue, used by many goroutines in turn. Whoever submits puts its call into a slot, whose number is the
// operation's user data; whoever reaps finds the calls again by it and wakes their goroutines.
type shard struct {
	mu    sync.Mutex
	queue *core.Queue // nil once the shard is closed
	slots []*call
	free  []uint32
	batch [256]core.Completion

	// flushing: some goroutine is about to hand over what is staged, which are so many.
	flushing bool
	staged   int

	watcher watcher
}

// stagedMax is how many operations are handed over at once.
const stagedMax = 64

func openShard() (*shard, core.Error) {
	q, err := core.OpenSharedQueue()
	if err != core.EOK {
		return nil, err
	}
	s := &shard{queue: q}
	if err := s.watcher.start(s); err != core.EOK {
		q.Close()
		return nil, err
	}
	return s, core.EOK
}

// close ends the queue; nothing is in flight.
func (s *shard) close() {
	s.watcher.stop()
	s.mu.Lock()
	q := s.queue
	s.queue = nil
	s.mu.Unlock()
	q.Close()
}

// start submits a call. It returns true when the operation was finished at once; else c.done tells.
//
// What is staged is handed to the kernel by one system call for many: the first goroutine to stage something lets the
// others go first, and then flushes for all. With nothing else to run it is back at once; and an operation that is
// alone in the queue does not wait for any of this (core.Submit hands it over). When very many can run, the turn of the
// first one comes late; so whoever makes a batch full flushes it.
func (s *shard) start(c *call) (finished bool) {
	s.mu.Lock()
	// Whoever sets one of these marks looks through the slots afterwards, under this lock.
	if why := s.stopped(c); why != causeNone {
		s.mu.Unlock()
		c.refuse(why)
		return true
	}
	finished, staged := s.submit(c)
	if staged {
		s.staged++
	}
	if s.staged >= stagedMax {
		s.turn()
		return finished
	}
	flush := staged && !s.flushing
	if flush {
		s.flushing = true
	}
	s.mu.Unlock()
	if flush {
		runtime.Gosched()
		s.mu.Lock()
		s.flushing = false
		s.turn()
	}
	return finished
}

// stopped tells why a call must not begin here. A shard is closed when no file is open: then the call's own is closed, and
// the goroutine has slept through all of that since it found the shard.
func (s *shard) stopped(c *call) cause {
	if s.queue == nil {
		return causeClosed
	}
	return c.stopped()
}

// submit puts a call into the queue. The caller holds the lock.
func (s *shard) submit(c *call) (finished, staged bool) {
	slot := uint32(len(s.slots))
	if n := len(s.free); n > 0 {
		slot = s.free[n-1]
	} else {
		s.slots = append(s.slots, nil)
		s.free = append(s.free, slot)
	}
	c.submission.UserData = uint64(slot)
	status := core.Submit(s.queue, &c.submission, &c.completion)
	staged = status >= 0 && c.completion.Flags&core.CompletionStaged != 0
	if status != core.StatusPending {
		c.refused(status)
		return true, staged
	}
	s.free = s.free[:len(s.free)-1]
	c.shard, c.slot, c.token = s, slot, c.completion.Token
	s.slots[slot] = c
	theEngine.pending.Add(1)
	return false, staged
}

// turn hands over what is staged, takes out what is finished, and wakes who waits for it. The caller holds the lock,
// which this gives back: nobody is woken under it.
func (s *shard) turn() {
	s.staged = 0
	for s.queue != nil {
		count := s.queue.Reap(s.batch[:])
		var first, last *call
		for i := range s.batch[:count] {
			out := &s.batch[i]
			c := s.slots[out.UserData]
			s.slots[out.UserData] = nil
			s.free = append(s.free, uint32(out.UserData))
			c.completion = *out
			if last == nil {
				first = c
			} else {
				last.next = c
			}
			last = c
		}
		s.mu.Unlock()
		if count > 0 {
			theEngine.pending.Add(-int64(count))
		}
		for c := first; c != nil; {
			next := c.next // the call is its owner's again as soon as it is told
			c.next = nil
			c.finished()
			c = next
		}
		if count < len(s.batch) {
			return
		}
		s.mu.Lock()
	}
	s.mu.Unlock()
}

// cancel asks for a call to end early, because its context has.
func (s *shard) cancel(c *call) {
	s.mu.Lock()
	s.giveUp(c, causeContext)
	s.turn()
}

// giveUp cancels a call that is still in its slot. The caller holds the lock.
func (s *shard) giveUp(c *call, why cause) {
	if int(c.slot) >= len(s.slots) || s.slots[c.slot] != c || c.cause != causeNone {
		return
	}
	c.cause = why
	s.queue.Cancel(c.token)
}

// giveUpFile cancels what is in flight on a file.
func (s *shard) giveUpFile(f *File, w way, why cause) {
	s.mu.Lock()
	for _, c := range s.slots {
		if c != nil && c.file == f && c.way == w {
			s.giveUp(c, why)
		}
	}
	s.turn()
}

package pool

import (
	"runtime"
	"sync"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// workersMax bounds io_worker_count.
const workersMax = 1024

// workersAuto is the number of workers when none is configured. A worker spends its time waiting for a device, so there
// are several per CPU; beyond 32 a disk gains nothing and each costs a thread. Never fewer than 8, so that a few slow
// files do not hold up all the others on a small machine.
func workersAuto() int { return min(32, max(8, 4*runtime.NumCPU())) }

// idleTime is how long a worker without work is kept. A variable for the tests.
var idleTime = 5 * time.Second

// crew is the process-wide set of workers. They are shared by all lanes, so that many event loops together start no
// more threads than one. Work is taken from the lanes in turn (one flooding lane cannot starve the others), and within
// a lane in order.
type crew struct {
	mu    sync.Mutex
	limit int
	count int     // workers alive
	idle  *worker // most recently parked first: the others get to their idle time
	watch watch
	ring  *Lane // the lane whose turn is last; its next is the one whose turn is now. nil: no work
}

type worker struct {
	wake chan struct{}
	next *worker
}

var shared = crew{limit: workersAuto()}

// SetWorkers sets the number of workers of the process; 0 is automatic. Surplus workers end when they have finished what
// they are doing.
func SetWorkers(count int) {
	if count <= 0 {
		count = workersAuto()
	}
	shared.mu.Lock()
	shared.limit = min(count, workersMax)
	surplus := shared.count > shared.limit
	if surplus {
		for shared.unpark() {
		}
	}
	shared.mu.Unlock()
}

// Workers tells how many workers are alive, and how many there may be.
func Workers() (alive, limit int) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return shared.count, shared.limit
}

// rouse makes one more worker look for work, if there may be one. Called with mu held.
func (c *crew) rouse() {
	if c.unpark() || c.count >= c.limit {
		return
	}
	c.count++
	go (&worker{wake: make(chan struct{}, 1)}).run(c)
}

func (c *crew) unpark() bool {
	w := c.idle
	if w == nil {
		return false
	}
	c.idle = w.next
	w.next = nil
	w.wake <- struct{}{}
	return true
}

// attach puts a lane that has got work into the ring. Called with mu held.
func (c *crew) attach(l *Lane) {
	if l.next != nil {
		return
	}
	if c.ring == nil {
		l.next = l
	} else {
		l.next = c.ring.next
		c.ring.next = l
	}
	c.ring = l
}

// take returns the next request and its lane. Called with mu held.
func (c *crew) take() (*Lane, *backend.Request) {
	for c.ring != nil {
		l := c.ring.next
		r := l.queued.Pop() // nil if everything in it was cancelled meanwhile
		if !l.queued.Empty() {
			c.ring = l
			return l, r
		}
		if l == c.ring {
			c.ring = nil
		} else {
			c.ring.next = l.next
		}
		l.next = nil
		if r != nil {
			return l, r
		}
	}
	return nil, nil
}

func (w *worker) run(c *crew) {
	timer := time.NewTimer(idleTime)
	defer timer.Stop()
	c.mu.Lock()
	for {
		if c.count > c.limit {
			break
		}
		l, r := c.take()
		if r == nil {
			if !w.park(c, timer) {
				break
			}
			continue
		}
		// Whoever takes work wakes the next one while there is more: a burst of short requests is done by a
		// few workers that are awake, without a thundering herd, and one of long requests still gets them all.
		if c.ring != nil {
			c.rouse()
		}
		cancelled := r.Slot == slotDoomed
		r.Slot = slotTaken
		c.mu.Unlock()
		l.carryOut(r, cancelled)
		c.mu.Lock()
	}
	c.count--
	c.mu.Unlock()
	// The scheduler keeps threads that it once needed for ever. A goroutine that ends while it is locked takes its
	// thread along, so a pool that has gone idle gives its threads back.
	runtime.LockOSThread()
}

// park waits for work, and tells whether to go on. Called and returns with mu held.
func (w *worker) park(c *crew, timer *time.Timer) bool {
	w.next = c.idle
	c.idle = w
	c.mu.Unlock()
	timer.Reset(idleTime)
	select {
	case <-w.wake:
		c.mu.Lock()
		return true
	case <-timer.C:
	}
	c.mu.Lock()
	for place := &c.idle; *place != nil; place = &(*place).next {
		if *place == w {
			*place = w.next
			return false
		}
	}
	// Taken off the list between the time-out and the lock: the wake-up is on its way and must not be lost.
	<-w.wake
	return true
}

// Package fake is a backend for tests: it works on real files, carries requests out when they are reaped, in an order
// that a seed decides, and does to them what fault rules say. With the same rules, seed and calls the same thing happens
// again, except where the outside world has a part: pipes, FIFOs, and what runs on a worker.
package fake

import (
	"math/rand"
	"slices"
	"sync"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/wake"
)

// Fake is the backend.
type Fake struct {
	rules  []*Rule
	random *rand.Rand
	mixed  bool

	staged  pool.List  // submitted, not flushed
	pending []*pending // flushed, not carried out; in the order of submission
	ready   pool.List
	lane    *pool.Lane                 // for what may block: the caller's thread must not
	lengths map[*backend.Request]int64 // the true lengths of shortened transfers in the lane

	mu       sync.Mutex // guards event against Wake after Close, and released
	event    wake.Event
	closed   bool
	released bool
}

// pending is a request and what the rules have decided about it.
type pending struct {
	request *backend.Request
	delay   int64 // reaps to come before it is carried out
	held    bool
	errno   sys.Errno
	short   int64 // 0: the whole length
}

// Options of one instance.
type Options struct {
	Rules string // see Rule
	// Seed 0 keeps the order of submission; any other mixes it, always in the same way.
	Seed int64
}

// Open makes an instance. It fails when the rules cannot be read.
func Open(o Options) (*Fake, error) {
	rules, err := ParseRules(o.Rules)
	if err != nil {
		return nil, err
	}
	f := &Fake{rules: rules, random: rand.New(rand.NewSource(o.Seed)), mixed: o.Seed != 0}
	if errno := f.event.Open(); errno != 0 {
		return nil, errno
	}
	f.lane = pool.NewLane(f.event.Set)
	f.lengths = make(map[*backend.Request]int64)
	return f, nil
}

// Name implements backend.Backend.
func (f *Fake) Name() string { return "fake" }

// Capabilities implements backend.Backend.
func (f *Fake) Capabilities() backend.Capability { return backend.CapCancel }

// Submit implements backend.Backend.
func (f *Fake) Submit(r *backend.Request) {
	r.Slot = 0
	f.staged.Push(r)
}

// Flush implements backend.Backend.
func (f *Fake) Flush() {
	for r := f.staged.Pop(); r != nil; r = f.staged.Pop() {
		p := &pending{request: r}
		for _, rule := range f.rules {
			if rule.applies(r, f.random) {
				p.suffer(rule)
			}
		}
		f.pending = append(f.pending, p)
	}
	f.updateEvent()
}

func (p *pending) suffer(rule *Rule) {
	switch rule.fault {
	case "short":
		p.short = rule.number
	case "delay":
		p.delay = rule.number
	case "hold":
		p.held = true
	default:
		if p.errno == 0 {
			p.errno = faultErrnos[rule.fault]
		}
	}
}

// Reap implements backend.Backend.
func (f *Fake) Reap(out []*backend.Request) int {
	f.collect()
	f.mu.Lock()
	released := f.released
	f.released = false
	f.mu.Unlock()
	var due, kept []*pending
	for _, p := range f.pending {
		p.held = p.held && !released
		switch {
		case p.held:
			kept = append(kept, p)
		case p.delay > 0:
			p.delay--
			kept = append(kept, p)
		default:
			due = append(due, p)
		}
	}
	f.pending = kept
	if f.mixed {
		f.random.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	}
	for _, p := range due {
		f.carryOut(p)
	}
	f.lane.Flush()
	count := f.ready.Take(out)
	f.updateEvent()
	return count
}

// collect takes what workers have finished.
func (f *Fake) collect() {
	var finished pool.List
	f.lane.Collect(&finished, f.event.Clear)
	for r := finished.Pop(); r != nil; r = finished.Pop() {
		r.Length = f.lengths[r]
		delete(f.lengths, r)
		f.ready.Push(r)
	}
}

// carryOut does what is to be done: on this thread if that cannot block for long, so that the order is the seed's.
func (f *Fake) carryOut(p *pending) {
	r := p.request
	if p.errno != 0 && r.Op == backend.OpClose {
		// A close that fails has released the descriptor all the same; so it does in every system.
		pool.Execute(r)
	}
	if p.errno != 0 {
		pool.Finish(r, p.errno)
		f.ready.Push(r)
		return
	}
	length := r.Length
	if p.short > 0 && (r.Op == backend.OpRead || r.Op == backend.OpWrite) {
		r.Length = min(length, p.short)
	}
	if mayBlock(r) {
		f.lengths[r] = length
		f.lane.Submit(r)
		return
	}
	pool.Execute(r)
	r.Length = length
	f.ready.Push(r)
}

// mayBlock: an open can meet a FIFO, a call can do anything, and a stream can have nothing to give.
func mayBlock(r *backend.Request) bool {
	switch r.Op {
	case backend.OpCall, backend.OpOpen:
		return true
	case backend.OpRead, backend.OpWrite:
		var stat sys.Stat
		return r.Offset == -1 && (sys.Fstat(r.FD, &stat) != 0 || stat.Kind == sys.KindStream)
	}
	return false
}

// updateEvent keeps the latch set while another Reap would do something.
func (f *Fake) updateEvent() {
	if f.busy() {
		f.event.Set()
	}
}

func (f *Fake) busy() bool {
	return !f.ready.Empty() || slices.ContainsFunc(f.pending, func(p *pending) bool { return !p.held })
}

// Release lets the held requests go on. Any thread.
func (f *Fake) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.released = true
		f.event.Set()
	}
}

// Wait implements backend.Backend.
func (f *Fake) Wait(timeout time.Duration) {
	f.Flush()
	f.lane.Flush()
	if !f.busy() {
		f.event.Wait(timeout)
	}
}

// Cancel implements backend.Backend. What has not been carried out is not carried out.
func (f *Fake) Cancel(r *backend.Request) {
	if r.Op == backend.OpClose {
		return
	}
	f.Flush()
	for i, p := range f.pending {
		if p.request == r {
			f.pending = slices.Delete(f.pending, i, i+1)
			pool.Finish(r, sys.ECANCELED)
			f.ready.Push(r)
			f.event.Set()
			return
		}
	}
	f.lane.Cancel(r)
}

// FD implements backend.Backend.
func (f *Fake) FD() int { return f.event.FD() }

// Wake implements backend.Backend.
func (f *Fake) Wake() {
	f.mu.Lock()
	if !f.closed {
		f.event.Set()
	}
	f.mu.Unlock()
}

// InFlight implements backend.Backend.
func (f *Fake) InFlight() int {
	return f.staged.Len() + len(f.pending) + f.ready.Len() + f.lane.InFlight()
}

// Close implements backend.Backend.
func (f *Fake) Close() {
	f.lane.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		f.event.Close()
	}
}

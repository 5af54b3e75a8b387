package pool

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func TestMain(m *testing.M) {
	idleTime = 50 * time.Millisecond
	os.Exit(m.Run())
}

func open(t testing.TB) *Pool {
	t.Helper()
	p, errno := Open()
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(p.Close)
	return p
}

// drain reaps until nothing is in flight.
func drain(t testing.TB, p *Pool) []*backend.Request {
	t.Helper()
	var all []*backend.Request
	out := make([]*backend.Request, 7)
	deadline := time.Now().Add(20 * time.Second)
	for p.InFlight() > 0 {
		p.Wait(time.Until(deadline))
		all = append(all, out[:p.Reap(out)]...)
		if time.Now().After(deadline) {
			t.Fatalf("%d requests never came back", p.InFlight())
		}
	}
	return all
}

func withWorkers(t *testing.T, count int) {
	t.Helper()
	_, before := Workers()
	SetWorkers(count)
	t.Cleanup(func() { SetWorkers(before) })
}

// gate makes requests that hold a worker until the gate opens.
type gate struct {
	opened  chan struct{}
	entered atomic.Int32
	peak    atomic.Int32
	inside  atomic.Int32
}

func newGate() *gate { return &gate{opened: make(chan struct{})} }

func (g *gate) request() *backend.Request {
	return &backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {
		inside := g.inside.Add(1)
		for peak := g.peak.Load(); inside > peak && !g.peak.CompareAndSwap(peak, inside); peak = g.peak.Load() {
		}
		g.entered.Add(1)
		<-g.opened
		g.inside.Add(-1)
	}}
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func TestNeverMoreWorkersThanAllowed(t *testing.T) {
	withWorkers(t, 3)
	eventually(t, "three workers at most", func() bool { alive, _ := Workers(); return alive <= 3 })
	g := newGate()
	queues := []*Pool{open(t), open(t), open(t)}
	for range 20 {
		for _, p := range queues {
			p.Submit(g.request())
		}
	}
	for _, p := range queues {
		p.Flush()
	}
	eventually(t, "three running", func() bool { return g.entered.Load() == 3 })
	time.Sleep(20 * time.Millisecond)
	close(g.opened)
	for _, p := range queues {
		if got := len(drain(t, p)); got != 20 {
			t.Errorf("%d of 20 came back", got)
		}
	}
	if peak := g.peak.Load(); peak != 3 {
		t.Errorf("%d ran at once, want 3", peak)
	}
}

func TestQueuesTakeTurns(t *testing.T) {
	withWorkers(t, 1)
	eventually(t, "one worker at most", func() bool { alive, _ := Workers(); return alive <= 1 })
	g := newGate()
	greedy, modest := open(t), open(t)
	greedy.Submit(g.request())
	greedy.Flush()
	eventually(t, "the worker is held", func() bool { return g.entered.Load() == 1 })
	var mu sync.Mutex
	var order []string
	add := func(p *Pool, name string) {
		p.Submit(&backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
		}})
	}
	for i := range 100 {
		add(greedy, fmt.Sprintf("g%02d", i))
	}
	greedy.Flush()
	for i := range 3 {
		add(modest, fmt.Sprintf("m%02d", i))
	}
	modest.Flush()
	close(g.opened)
	drain(t, modest)
	drain(t, greedy)
	place := map[string]int{}
	for i, name := range order {
		place[name] = i
	}
	for i := range 3 {
		if place[fmt.Sprintf("m%02d", i)] > 2*i+2 {
			t.Errorf("m%02d was number %d: the flood starved it", i, place[fmt.Sprintf("m%02d", i)])
		}
	}
	for i := range 99 {
		if place[fmt.Sprintf("g%02d", i)] > place[fmt.Sprintf("g%02d", i+1)] {
			t.Errorf("g%02d overtook g%02d", i+1, i)
		}
	}
}

func TestCancelManyWaiting(t *testing.T) {
	withWorkers(t, 1)
	eventually(t, "one worker at most", func() bool { alive, _ := Workers(); return alive <= 1 })
	g := newGate()
	p := open(t)
	held := g.request()
	p.Submit(held)
	p.Flush()
	eventually(t, "the worker is held", func() bool { return g.entered.Load() == 1 })
	const count = 10000
	requests := make([]*backend.Request, count)
	for i := range requests {
		requests[i] = &backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {}}
		p.Submit(requests[i])
	}
	p.Flush()
	for _, r := range requests {
		p.Cancel(r)
	}
	p.Cancel(held) // running: finishes
	p.Wait(10 * time.Second)
	out := make([]*backend.Request, count+1)
	if got := p.Reap(out); got != count {
		t.Fatalf("%d came back while the worker was held, want %d", got, count)
	}
	for _, r := range out[:count] {
		if r.Errno != sys.ECANCELED {
			t.Fatalf("errno = %v", r.Errno)
		}
	}
	close(g.opened)
	if rest := drain(t, p); len(rest) != 1 || rest[0].Errno != 0 {
		t.Fatalf("the running one: %v", rest)
	}
}

func TestIdleWorkersEndWithTheirThreads(t *testing.T) {
	eventually(t, "old workers gone", func() bool { alive, _ := Workers(); return alive == 0 })
	withWorkers(t, 24)
	before := threads(t)
	g := newGate()
	p := open(t)
	for range 24 {
		r := g.request()
		inner := r.Call
		r.Call = func(r *backend.Request) {
			runtime.LockOSThread() // a thread each, as in a blocking call
			inner(r)
			runtime.UnlockOSThread()
		}
		p.Submit(r)
	}
	p.Flush()
	eventually(t, "all running", func() bool { return g.entered.Load() == 24 })
	during := threads(t)
	close(g.opened)
	drain(t, p)
	eventually(t, "workers gone", func() bool { alive, _ := Workers(); return alive == 0 })
	eventually(t, "threads gone", func() bool { return threads(t) <= before+4 })
	t.Logf("threads: %d before, %d during, %d after", before, during, threads(t))
}

func threads(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("no /proc")
	}
	return len(entries)
}

func TestPanicInACallIsItsFailure(t *testing.T) {
	p := open(t)
	p.Submit(&backend.Request{Op: backend.OpCall, Call: func(*backend.Request) { panic("on purpose") }})
	p.Submit(&backend.Request{Op: backend.OpNone})
	done := drain(t, p)
	if len(done) != 2 || done[0].Errno == 0 || done[1].Errno == 0 {
		t.Fatalf("%v", done)
	}
}

func BenchmarkRequest(b *testing.B) {
	path := filepath.Join(b.TempDir(), "f")
	os.WriteFile(path, make([]byte, 1<<16), 0o666)
	fd, _ := sys.Open(append([]byte(path), 0), sys.OpenRead, 0)
	defer sys.Close(fd)
	for _, depth := range []int{1, 64} {
		b.Run(fmt.Sprintf("read4K/depth%d", depth), func(b *testing.B) {
			p := open(b)
			buffer := make([]byte, 4096)
			requests := make([]backend.Request, depth)
			out := make([]*backend.Request, depth)
			b.ReportAllocs()
			for done := 0; done < b.N; {
				for i := range requests {
					requests[i] = backend.Request{Op: backend.OpRead, FD: fd, Data: unsafe.Pointer(&buffer[0]), Length: 4096}
					p.Submit(&requests[i])
				}
				p.Flush()
				for p.InFlight() > 0 {
					p.Wait(-1)
					done += p.Reap(out)
				}
			}
		})
	}
}

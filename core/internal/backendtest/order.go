package backendtest

import (
	"math/rand"
	"runtime"
	"testing"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Each request comes back exactly once, with its own result, whatever the rhythm of submit, flush and reap.
func testExactlyOnce(t *testing.T, s Subject) {
	const size, total = 1 << 18, 4000
	for name, directory := range directories(t) {
		t.Run(name, func(t *testing.T) {
			d := start(t, s)
			fd := patternFile(t, directory, size, sys.OpenRead)
			random := rand.New(rand.NewSource(1))
			type owner struct {
				data []byte
				seen int
			}
			owners := make([]owner, total)
			requests := make([]backend.Request, total)
			out := make([]*backend.Request, 9)
			submitted, seen := 0, 0
			for seen < total {
				for range random.Intn(40) {
					if submitted == total {
						break
					}
					o, r := &owners[submitted], &requests[submitted]
					o.data = make([]byte, 1+random.Intn(300))
					*r = *read(fd, o.data, int64(random.Intn(size-300)))
					r.Owner = unsafe.Pointer(o)
					if random.Intn(10) == 0 {
						r.Flags = backend.FlagAsync
					}
					d.Submit(r)
					submitted++
				}
				if d.InFlight() != submitted-seen {
					t.Fatalf("InFlight = %d, want %d", d.InFlight(), submitted-seen)
				}
				if random.Intn(3) > 0 || submitted == total {
					d.Flush()
				}
				if submitted == total {
					d.Wait(patience)
				}
				for _, r := range out[:d.Reap(out[:1+random.Intn(len(out))])] {
					o := (*owner)(r.Owner)
					o.seen++
					if r.Errno != 0 || r.Result != int64(len(o.data)) || !holds(o.data, r.Offset) {
						t.Fatalf("read of %d at %d: %d, %v", len(o.data), r.Offset, r.Result, r.Errno)
					}
					seen++
				}
			}
			for i := range owners {
				if owners[i].seen != 1 {
					t.Fatalf("request %d came back %d times", i, owners[i].seen)
				}
			}
			if d.InFlight() != 0 || d.Reap(out) != 0 {
				t.Error("something is left")
			}
		})
	}
}

// Far more requests than any queue of the kernel has room for: they wait, none is refused.
func testBackPressure(t *testing.T, s Subject) {
	d := start(t, s)
	const size, count = 1 << 16, 20000
	fd := patternFile(t, TempDir(t), size, sys.OpenRead)
	requests := make([]backend.Request, count)
	data := make([]byte, count*4)
	for i := range requests {
		requests[i] = *read(fd, data[i*4:i*4+4], int64(i*7%(size-4)))
		d.Submit(&requests[i])
	}
	if d.InFlight() != count {
		t.Errorf("InFlight = %d", d.InFlight())
	}
	d.Flush()
	d.out = make([]*backend.Request, 1000)
	d.drain()
	for i := range requests {
		if r := &requests[i]; r.Errno != 0 || r.Result != 4 || !holds(data[i*4:i*4+4], r.Offset) {
			t.Fatalf("request %d: %d, %v", i, r.Result, r.Errno)
		}
	}
}

// A submitter may submit, flush and even reap again while it walks a batch.
func testSubmitWhileWalking(t *testing.T, s Subject) {
	d := start(t, s)
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	const total = 3000
	started, seen := 0, map[*backend.Request]bool{}
	next := func() {
		if started < total {
			started++
			d.Submit(read(fd, make([]byte, 16), int64(started%4000)))
		}
	}
	var walk func(depth int)
	walk = func(depth int) {
		var batch [5]*backend.Request
		for _, r := range batch[:d.Reap(batch[:])] {
			if seen[r] {
				t.Fatal("a request came back twice")
			}
			seen[r] = true
			if r.Errno != 0 || r.Result != 16 {
				t.Fatalf("%d, %v", r.Result, r.Errno)
			}
			next()
			next()
			if depth < 3 {
				d.Flush()
				walk(depth + 1)
			}
		}
	}
	next()
	for len(seen) < total {
		d.Flush()
		d.Wait(patience)
		walk(0)
		if d.InFlight() == 0 && len(seen) < total {
			t.Fatalf("only %d of %d came back", len(seen), total)
		}
	}
}

// The backend alone keeps requests and their memory reachable.
func testKeptAlive(t *testing.T, s Subject) {
	d := start(t, s)
	readable, writable := pipe(t)
	const count = 200
	for range count {
		d.Submit(read(readable, make([]byte, 1), -1))
	}
	d.Flush()
	for range 3 {
		runtime.GC()
		junk := make([][]byte, 1000)
		for i := range junk {
			junk[i] = fill(make([]byte, 1), 1)
		}
	}
	text := make([]byte, count)
	for i := range text {
		text[i] = 'x'
	}
	if n, errno := sys.Pwrite(writable, unsafe.Pointer(&text[0]), count, -1); n != count {
		t.Fatal(errno)
	}
	for _, r := range d.drain() {
		if r.Errno != 0 || r.Result != 1 || *(*byte)(r.Data) != 'x' {
			t.Fatalf("%d, %v, %q", r.Result, r.Errno, *(*byte)(r.Data))
		}
	}
}

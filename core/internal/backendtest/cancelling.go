package backendtest

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func testCancelBeforeFlush(t *testing.T, s Subject) {
	d := start(t, s)
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	readable, writable := pipe(t)
	stuck := read(readable, make([]byte, 1), -1)
	done := read(fd, make([]byte, 16), 0)
	d.Submit(stuck)
	d.Cancel(stuck)
	d.Submit(done)
	d.Cancel(done)
	d.Cancel(done) // twice is as good as once
	d.Flush()
	if !s.CancelsRunning {
		time.AfterFunc(50*time.Millisecond, func() { sys.Pwrite(writable, pointer([]byte("x")), 1, -1) })
	}
	d.drain()
	if stuck.Errno != sys.ECANCELED && s.CancelsRunning {
		t.Errorf("the read of the empty pipe gave %d, %v", stuck.Result, stuck.Errno)
	}
	if done.Errno != sys.ECANCELED && (done.Errno != 0 || done.Result != 16) {
		t.Errorf("neither cancelled nor done: %d, %v", done.Result, done.Errno)
	}
}

// What was submitted together with a cancelled request goes on without it.
func testCancelSparesOthers(t *testing.T, s Subject) {
	d := start(t, s)
	const size = 4 << 20
	fd := patternFile(t, t.TempDir(), size, sys.OpenRead)
	for round := range 30 {
		requests := make([]*backend.Request, 24)
		for i := range requests {
			length := 100
			if i%8 == 0 {
				length = size // takes a while
			}
			requests[i] = read(fd, make([]byte, length), 0)
			d.Submit(requests[i])
			if i == round%24 {
				d.Flush()
			}
		}
		given := requests[(round*7)%24]
		d.Cancel(given)
		d.Flush()
		d.drain()
		for i, r := range requests {
			if r == given && r.Errno == sys.ECANCELED {
				continue
			}
			if r.Errno != 0 || r != given && r.Result != r.Length || !holds(bytesOf(r), 0) {
				t.Fatalf("round %d: request %d: %d, %v", round, i, r.Result, r.Errno)
			}
		}
	}
}

func testCancelRunning(t *testing.T, s Subject) {
	d := start(t, s)
	readable, writable := pipe(t)
	first, second := read(readable, make([]byte, 1), -1), read(readable, make([]byte, 1), -1)
	d.Submit(first)
	d.Flush()
	d.Submit(second)
	d.Flush()
	d.Wait(20 * time.Millisecond)
	d.Cancel(first)
	d.Flush()
	if s.CancelsRunning {
		if got := d.reap(1); got[0] != first || first.Errno != sys.ECANCELED {
			t.Fatalf("cancelled: %d, %v", first.Result, first.Errno)
		}
		sys.Pwrite(writable, pointer([]byte("x")), 1, -1)
	} else {
		sys.Pwrite(writable, pointer([]byte("xx")), 2, -1)
	}
	d.drain()
	if second.Errno != 0 || second.Result != 1 {
		t.Errorf("the other one: %d, %v", second.Result, second.Errno)
	}
	// The file is as good as before.
	sys.Pwrite(writable, pointer([]byte("y")), 1, -1)
	if n := d.must(read(readable, make([]byte, 1), -1)); n != 1 {
		t.Errorf("read %d afterwards", n)
	}
}

// Cancelling what is finished, but not reaped yet, changes nothing; neither for it nor for a later request that may
// have taken its place in some table.
func testCancelFinished(t *testing.T, s Subject) {
	d := start(t, s)
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	for range 200 {
		r := read(fd, make([]byte, 16), 0)
		call := &backend.Request{Op: backend.OpCall, Call: func(r *backend.Request) { r.Result = 16 }}
		d.Submit(r)
		d.Submit(call)
		d.Flush()
		for count := 0; count < 2; {
			d.Wait(patience)
			n := d.Reap(d.out[:1])
			if n == 0 {
				continue
			}
			count++
			if count == 1 { // the other one may be finished or not
				d.Cancel(r)
				d.Cancel(call)
				d.Flush()
			}
		}
		for _, r := range []*backend.Request{r, call} {
			if r.Errno != sys.ECANCELED && (r.Errno != 0 || r.Result != 16) {
				t.Fatalf("op %d: %d, %v", r.Op, r.Result, r.Errno)
			}
		}
		d.must(read(fd, make([]byte, 16), 0)) // not hit by what was meant for r
	}
}

func testCancelThousands(t *testing.T, s Subject) {
	if !s.CancelsRunning {
		t.Skip("workers blocked in a pipe finish when it has data; pool has a test of its own")
	}
	d := start(t, s)
	readable, _ := pipe(t)
	const count = 10000
	requests := make([]*backend.Request, count)
	for i := range requests {
		requests[i] = read(readable, make([]byte, 1), -1)
		d.Submit(requests[i])
	}
	d.Flush()
	for _, r := range requests {
		d.Cancel(r)
	}
	d.Flush()
	d.out = make([]*backend.Request, 100)
	for _, r := range d.drain() {
		if r.Errno != sys.ECANCELED {
			t.Fatalf("%d, %v", r.Result, r.Errno)
		}
	}
}

// An open that is cancelled either fails or gives a descriptor: none is lost.
func testCancelledOpen(t *testing.T, s Subject) {
	d := start(t, s)
	path := filepath.Join(TempDir(t), "file")
	before := openDescriptors()
	requests := make([]*backend.Request, 400)
	for i := range requests {
		requests[i] = &backend.Request{Op: backend.OpOpen, Path: cPath(path), OpenFlags: sys.OpenWrite | sys.OpenCreate, Mode: 0o666}
		d.Submit(requests[i])
		if i%3 == 0 {
			d.Flush()
		}
		if i%2 == 0 {
			d.Cancel(requests[i])
		}
	}
	d.Flush()
	d.drain()
	for i, r := range requests {
		switch {
		case r.Errno == 0:
			sys.Close(sys.FD(r.Result))
		case r.Errno != sys.ECANCELED || i%2 != 0:
			t.Fatalf("open %d: %v", i, r.Errno)
		}
	}
	if after := openDescriptors(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func testCancelledCloseStillCloses(t *testing.T, s Subject) {
	d := start(t, s)
	before := openDescriptors()
	fd := patternFile(t, TempDir(t), 10, sys.OpenRead)
	for range 100 {
		twin := duplicate(t, fd)
		r := &backend.Request{Op: backend.OpClose, FD: twin, Flags: backend.FlagAsync}
		d.Submit(r)
		d.Cancel(r)
		d.Flush()
		d.Cancel(r)
		d.reap(1)
		if r.Errno != 0 {
			t.Fatal(r.Errno)
		}
	}
	if after := openDescriptors(); before >= 0 && after != before+1 {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// An open that waits for the other end of a FIFO may or may not be cancelled, but ends cleanly.
func testCancelledOpenOfFifo(t *testing.T, s Subject) {
	d := start(t, s)
	path := filepath.Join(TempDir(t), "fifo")
	fifo(t, path)
	before := openDescriptors()
	opening := &backend.Request{Op: backend.OpOpen, Path: cPath(path), OpenFlags: sys.OpenRead}
	d.Submit(opening)
	d.Flush()
	d.Wait(10 * time.Millisecond)
	d.Reap(d.out) // the fake begins it now
	d.Wait(10 * time.Millisecond)
	d.Cancel(opening)
	d.Flush()
	d.Wait(50 * time.Millisecond)
	if d.Reap(d.out) == 0 {
		// A worker is in it: give it the other end.
		both, errno := sys.Open(cPath(path), sys.OpenRead|sys.OpenWrite, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		d.reap(1)
		sys.Close(both)
	}
	switch opening.Errno {
	case 0:
		sys.Close(sys.FD(opening.Result))
	case sys.ECANCELED:
	default:
		t.Errorf("cancelled: %v", opening.Errno)
	}
	if after := openDescriptors(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// Opening a FIFO waits for the other end; the rest of the queue goes on meanwhile.
func testOpenOfFifoWaits(t *testing.T, s Subject) {
	d := start(t, s)
	path := filepath.Join(TempDir(t), "fifo")
	fifo(t, path)
	opening := &backend.Request{Op: backend.OpOpen, Path: cPath(path), OpenFlags: sys.OpenRead}
	d.Submit(opening)
	d.Flush()
	fd := patternFile(t, TempDir(t), 10, sys.OpenRead)
	d.must(read(fd, make([]byte, 10), 0))
	d.Wait(30 * time.Millisecond)
	if d.Reap(d.out) != 0 {
		t.Fatalf("the open did not wait: %d, %v", opening.Result, opening.Errno)
	}
	go func() {
		if writer, errno := sys.Open(cPath(path), sys.OpenWrite, 0); errno == 0 {
			sys.Close(writer)
		}
	}()
	d.reap(1)
	if opening.Errno != 0 {
		t.Fatal(opening.Errno)
	}
	sys.Close(sys.FD(opening.Result))
}

// A queue may be used from one thread after the other, and a thread may end with its requests in flight.
func testThreadsTakeTurns(t *testing.T, s Subject) {
	d := start(t, s)
	readable, writable := pipe(t)
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	const count = 20
	for range count {
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			d.Submit(read(readable, make([]byte, 1), -1))
			d.Submit(read(fd, make([]byte, 1), 0))
			d.Flush()
		}()
		<-done
	}
	for _, r := range d.reap(count) {
		if r.FD != fd || r.Errno != 0 {
			t.Fatalf("%d, %v", r.Result, r.Errno)
		}
	}
	d.Wait(50 * time.Millisecond) // the threads are gone by now
	text := make([]byte, count)
	sys.Pwrite(writable, pointer(text), count, -1)
	for _, r := range d.drain() {
		if r.Errno != 0 || r.Result != 1 {
			t.Fatalf("after its thread ended: %d, %v", r.Result, r.Errno)
		}
	}
}

func testCloseLeavesNothing(t *testing.T, s Subject) {
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	round := func() {
		d := &driver{Backend: s.Open(t), t: t, out: make([]*backend.Request, 10)}
		for range 5 {
			d.Submit(read(fd, make([]byte, 100), 0))
			d.Submit(&backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {}})
		}
		d.Flush()
		d.drain()
		d.Close()
		d.Wake() // late wakers are harmless
	}
	round()
	before := openDescriptors()
	for range 100 {
		round()
	}
	if after := openDescriptors(); after != before {
		t.Errorf("%d descriptors before, %d after 100 rounds", before, after)
	}
}

package backendtest

import (
	"runtime"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func testWait(t *testing.T, s Subject) {
	d := start(t, s)
	settle(d)
	for _, timeout := range []time.Duration{0, time.Millisecond, 60 * time.Millisecond} {
		begin := time.Now()
		d.Wait(timeout)
		if took := time.Since(begin); took < timeout || took > timeout+5*time.Second {
			t.Errorf("Wait(%v) took %v", timeout, took)
		}
	}
	readable, writable := pipe(t)
	d.Submit(read(readable, make([]byte, 1), -1))
	d.Wait(0) // hands over what is staged
	settle(d)
	begin := time.Now()
	d.Wait(30 * time.Millisecond) // the deadline holds with a request in flight, too
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Errorf("Wait ended after %v with nothing finished", took)
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		sys.Pwrite(writable, pointer([]byte("x")), 1, -1)
	}()
	d.Wait(-1)
	d.reap(1)
	// What is finished ends the wait at once, also when it was so before.
	d.Submit(&backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {}})
	d.Flush()
	time.Sleep(20 * time.Millisecond)
	d.Wait(-1)
	d.Wait(-1) // and every wait until it is reaped
	d.reap(1)
}

// settle takes out wake-ups that nobody asked for: they are allowed, but a test of deadlines must not meet them.
func settle(d *driver) {
	for range 3 {
		d.Reap(d.out[:0])
	}
}

func testWake(t *testing.T, s Subject) {
	d := start(t, s)
	settle(d)
	for range 50 {
		go func() {
			runtime.LockOSThread() // and ends its thread, too
			d.Wake()
		}()
		d.Wait(-1)
		d.Reap(d.out)
	}
	if d.FD() < 0 {
		return
	}
	eventually(t, "quiet after the wake-ups were taken", func() bool {
		d.Reap(d.out)
		return !pollReadable(d.FD(), 0)
	})
	for range 10 {
		d.Wake()
	}
	if !pollReadable(d.FD(), patience) {
		t.Error("the descriptor is not readable after Wake")
	}
	d.Wait(-1)
	eventually(t, "quiet again", func() bool {
		d.Reap(d.out)
		return !pollReadable(d.FD(), 0)
	})
}

// An event loop that only watches the descriptor misses nothing: on a disk with O_DIRECT, where completions come
// later and on another path in the kernel, as well as on files in memory, where everything is done at once.
func testDescriptorSeesEveryBatch(t *testing.T, s Subject) {
	for name, directory := range directories(t) {
		flags := map[string]sys.OpenFlags{"cached": sys.OpenRead, "direct": sys.OpenRead | sys.OpenDirect}
		for kind, flags := range flags {
			t.Run(name+"/"+kind, func(t *testing.T) {
				d := start(t, s)
				if d.FD() < 0 {
					t.Skip("no descriptor on this system")
				}
				watch := newWatcher(t, d.FD())
				const size = 1 << 20
				fd := patternFile(t, directory, size, flags)
				for round := range 200 {
					batch := 1 + round%16
					for i := range batch {
						offset := int64((round*17+i)*4096) % size
						r := read(fd, aligned(4096), offset)
						if round%3 == 0 {
							r.Flags = backend.FlagAsync
						}
						d.Submit(r)
					}
					d.Flush()
					for got := 0; got < batch; {
						if !watch(patience) {
							t.Fatalf("round %d: no wake-up with %d of %d outstanding", round, batch-got, batch)
						}
						n := d.Reap(d.out)
						for _, r := range d.out[:n] {
							if r.Errno != 0 || r.Result != 4096 || !holds(bytesOf(r), r.Offset) {
								t.Fatalf("read at %d: %d, %v", r.Offset, r.Result, r.Errno)
							}
						}
						got += n
					}
				}
			})
		}
	}
}

// The same for what workers do, mixed with what the kernel does.
func testDescriptorSeesWorkers(t *testing.T, s Subject) {
	d := start(t, s)
	if d.FD() < 0 {
		t.Skip("no descriptor on this system")
	}
	watch := newWatcher(t, d.FD())
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	for round := range 300 {
		batch := 1 + round%7
		for i := range batch {
			if (round+i)%4 == 0 {
				d.Submit(read(fd, make([]byte, 10), 5))
				continue
			}
			pause := time.Duration(round%3) * 50 * time.Microsecond
			d.Submit(&backend.Request{Op: backend.OpCall, Call: func(r *backend.Request) {
				time.Sleep(pause)
				r.Result = 10
			}})
		}
		d.Flush()
		for got := 0; got < batch; {
			if !watch(patience) {
				t.Fatalf("round %d: no wake-up with %d of %d outstanding", round, batch-got, batch)
			}
			n := d.Reap(d.out)
			for _, r := range d.out[:n] {
				if r.Result != 10 {
					t.Fatalf("%d, %v", r.Result, r.Errno)
				}
			}
			got += n
		}
	}
}

func testDescriptorStaysReadable(t *testing.T, s Subject) {
	d := start(t, s)
	if d.FD() < 0 {
		t.Skip("no descriptor on this system")
	}
	fd := patternFile(t, TempDir(t), 4096, sys.OpenRead)
	for range 20 {
		d.Submit(read(fd, make([]byte, 1), 0))
	}
	d.Submit(&backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {}})
	d.Flush()
	for left := 21; left > 0; {
		if !pollReadable(d.FD(), patience) {
			t.Fatalf("not readable with %d to be reaped", left)
		}
		left -= d.Reap(d.out[:2])
	}
	eventually(t, "quiet with nothing to reap", func() bool {
		d.Reap(d.out)
		return !pollReadable(d.FD(), 0)
	})
}

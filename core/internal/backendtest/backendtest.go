// Package backendtest is the one suite that every backend passes: the contract of backend.Backend, line by line.
package backendtest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Subject is the backend under test.
type Subject struct {
	// Open makes an instance, with little room in the kernel where that can be chosen: the suite puts thousands of
	// requests in flight.
	Open func(t testing.TB) backend.Backend
	// CancelsRunning: a transfer that waits in the kernel can be ended. Not so on Windows' pool, where a worker is blocked in it.
	CancelsRunning bool
	// AppendsOnWorkers: two may be under way at once.
	AppendsOnWorkers bool
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Operations", testOperations},
		{"Errors", testErrors},
		{"StreamsAndAppend", testStreamsAndAppend},
		{"LongLengths", testLongLengths},
		{"ExactlyOnce", testExactlyOnce},
		{"BackPressure", testBackPressure},
		{"SubmitWhileWalking", testSubmitWhileWalking},
		{"KeptAlive", testKeptAlive},
		{"Wait", testWait},
		{"Wake", testWake},
		{"SecondThreadWaits", testSecondThreadWaits},
		{"DescriptorSeesEveryBatch", testDescriptorSeesEveryBatch},
		{"DescriptorSeesWorkers", testDescriptorSeesWorkers},
		{"DescriptorStaysReadable", testDescriptorStaysReadable},
		{"CancelBeforeFlush", testCancelBeforeFlush},
		{"CancelSparesOthers", testCancelSparesOthers},
		{"CancelRunning", testCancelRunning},
		{"CancelFinished", testCancelFinished},
		{"CancelThousands", testCancelThousands},
		{"CancelledOpen", testCancelledOpen},
		{"CancelledOpenOfFifo", testCancelledOpenOfFifo},
		{"CancelledCloseStillCloses", testCancelledCloseStillCloses},
		{"OpenOfFifoWaits", testOpenOfFifoWaits},
		{"ThreadsTakeTurns", testThreadsTakeTurns},
		{"CloseLeavesNothing", testCloseLeavesNothing},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// patience is how long the suite waits for what must come.
const patience = 20 * time.Second

// driver walks one backend.
type driver struct {
	backend.Backend
	t   testing.TB
	out []*backend.Request
}

func start(t testing.TB, s Subject) *driver {
	t.Helper()
	d := &driver{Backend: s.Open(t), t: t, out: make([]*backend.Request, 13)}
	t.Cleanup(func() {
		if d.Backend != nil {
			d.drain()
			d.Close()
		}
	})
	return d
}

// reap collects n requests, waiting as needed.
func (d *driver) reap(n int) []*backend.Request {
	d.t.Helper()
	var got []*backend.Request
	deadline := time.Now().Add(patience)
	for len(got) < n {
		if time.Now().After(deadline) {
			d.t.Fatalf("%d of %d requests came back; %d in flight", len(got), n, d.InFlight())
		}
		if count := d.Reap(d.out[:min(len(d.out), n-len(got))]); count > 0 {
			got = append(got, d.out[:count]...)
			continue
		}
		d.Wait(time.Until(deadline))
	}
	return got
}

func (d *driver) drain() []*backend.Request {
	d.t.Helper()
	return d.reap(d.InFlight())
}

// run carries one request out.
func (d *driver) run(r *backend.Request) *backend.Request {
	d.t.Helper()
	d.Submit(r)
	d.Flush()
	if got := d.reap(1); got[0] != r {
		d.t.Fatalf("another request came back")
	}
	return r
}

func (d *driver) must(r *backend.Request) int64 {
	d.t.Helper()
	if d.run(r); r.Errno != 0 {
		d.t.Fatalf("op %d: %v", r.Op, r.Errno)
	}
	return r.Result
}

func (d *driver) open(path string, flags sys.OpenFlags) sys.FD {
	d.t.Helper()
	fd := sys.FD(d.must(&backend.Request{Op: backend.OpOpen, Path: cPath(path), OpenFlags: flags, Mode: 0o666}))
	d.t.Cleanup(func() { sys.Close(fd) })
	return fd
}

func cPath(path string) []byte { return append([]byte(path), 0) }

func transfer(op backend.Op, fd sys.FD, data []byte, offset int64) *backend.Request {
	return &backend.Request{Op: op, FD: fd, Data: unsafe.Pointer(unsafe.SliceData(data)), Length: int64(len(data)), Offset: offset}
}

func read(fd sys.FD, data []byte, offset int64) *backend.Request {
	return transfer(backend.OpRead, fd, data, offset)
}

func write(fd sys.FD, data []byte, offset int64) *backend.Request {
	return transfer(backend.OpWrite, fd, data, offset)
}

// directories are the kinds of file system to run on: one on a disk, one in memory.
func directories(t testing.TB) map[string]string {
	found := map[string]string{"disk": TempDir(t)}
	if memory, err := os.MkdirTemp("/dev/shm", "ayafileio-backend-*"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		found["memory"] = memory
	}
	return found
}

// pattern is a byte that depends on its offset, so that a read from the wrong place shows.
func pattern(offset int64) byte { return byte(offset ^ offset>>8 ^ offset>>16*31) }

func fill(data []byte, offset int64) []byte {
	for i := range data {
		data[i] = pattern(offset + int64(i))
	}
	return data
}

func holds(data []byte, offset int64) bool {
	for i := range data {
		if data[i] != pattern(offset+int64(i)) {
			return false
		}
	}
	return true
}

// patternFile writes a file of that size and opens it.
func patternFile(t testing.TB, directory string, size int, flags sys.OpenFlags) sys.FD {
	t.Helper()
	path := filepath.Join(directory, "pattern")
	if err := os.WriteFile(path, fill(make([]byte, size), 0), 0o666); err != nil {
		t.Fatal(err)
	}
	fd, errno := sys.Open(cPath(path), flags, 0)
	if errno != 0 {
		t.Skipf("open with flags %b: %v", flags, errno)
	}
	t.Cleanup(func() { sys.Close(fd) })
	return fd
}

// aligned is memory that O_DIRECT accepts.
func aligned(size int) []byte {
	const alignment = 4096
	raw := make([]byte, size+alignment)
	skip := alignment - int(uintptr(unsafe.Pointer(&raw[0]))%alignment)
	return raw[skip : skip+size]
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		runtime.Gosched()
	}
}

func pointer(data []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(data)) }

// bytesOf views what the request has moved.
func bytesOf(r *backend.Request) []byte { return unsafe.Slice((*byte)(r.Data), r.Result) }

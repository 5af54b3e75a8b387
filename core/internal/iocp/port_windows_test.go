package iocp

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// What follows is about completion ports alone; what every backend must do is in the suite.

func openPort(t *testing.T, o Options) *Port {
	t.Helper()
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

var pipes atomic.Int64

// pipe makes a named pipe of that mode, whose reading end is the core's and whose writing end is not.
func pipe(t *testing.T, mode uint32) (readable sys.FD, writable windows.Handle) {
	t.Helper()
	name := fmt.Sprintf(`\\.\pipe\ayafileio-port-%d-%d`, windows.GetCurrentProcessId(), pipes.Add(1))
	wide, _ := windows.UTF16PtrFromString(name)
	writable, err := windows.CreateNamedPipe(wide, windows.PIPE_ACCESS_OUTBOUND, mode, 1, 1<<16, 1<<16, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { windows.CloseHandle(writable) })
	return openFile(t, name, sys.OpenRead), writable
}

func openFile(t *testing.T, path string, flags sys.OpenFlags) sys.FD {
	t.Helper()
	fd, errno := sys.Open(append([]byte(path), 0), flags, 0o666)
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(func() { sys.Close(fd) })
	return fd
}

func say(t *testing.T, to windows.Handle, text string) {
	t.Helper()
	var count uint32
	if err := windows.WriteFile(to, []byte(text), &count, nil); err != nil {
		t.Fatal(err)
	}
}

func reading(fd sys.FD, room int, offset int64) *backend.Request {
	return &backend.Request{Op: backend.OpRead, FD: fd, Data: unsafe.Pointer(unsafe.SliceData(make([]byte, room))), Length: int64(room), Offset: offset}
}

func text(r *backend.Request) string { return string(unsafe.Slice((*byte)(r.Data), r.Result)) }

// wait returns what comes back first.
func (p *Port) next(t *testing.T) *backend.Request {
	t.Helper()
	var out [1]*backend.Request
	for deadline := time.Now().Add(10 * time.Second); p.Reap(out[:]) == 0; p.Wait(time.Until(deadline)) {
		if time.Now().After(deadline) {
			t.Fatal("nothing came back")
		}
	}
	return out[0]
}

func (p *Port) run(t *testing.T, r *backend.Request) *backend.Request {
	t.Helper()
	p.Submit(r)
	p.Flush()
	if got := p.next(t); got != r {
		t.Fatal("another request came back")
	}
	return r
}

// noPacket fails if one is in the port.
func (p *Port) noPacket(t *testing.T) {
	t.Helper()
	var packets [1]packet
	if count, _ := take(p.handle, packets[:], 20); count != 0 {
		t.Errorf("a packet was left: %+v", packets[0])
	}
}

func TestMissingProcedure(t *testing.T) {
	defer func(was *windows.LazyProc) { procWait = was }(procWait)
	procWait = windows.NewLazySystemDLL("kernel32.dll").NewProc("NoSuchProcedure")
	if _, err := Open(Options{}); err == nil || !strings.Contains(err.Error(), "NoSuchProcedure") {
		t.Errorf("%v", err)
	}
}

// Ports and the files that they had leave no handles.
func TestNoHandlesLeft(t *testing.T) {
	count := func() (handles uint32) {
		procedure := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetProcessHandleCount")
		if done, _, err := procedure.Call(uintptr(windows.CurrentProcess()), uintptr(unsafe.Pointer(&handles))); done == 0 {
			t.Skip(err)
		}
		return handles
	}
	path := backendtest.TempDir(t) + `\file`
	round := func() {
		p, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		fd, errno := sys.Open(append([]byte(path), 0), sys.OpenRead|sys.OpenWrite|sys.OpenCreate, 0o666)
		if errno != 0 {
			t.Fatal(errno)
		}
		p.run(t, reading(fd, 10, 0))
		p.run(t, &backend.Request{Op: backend.OpClose, FD: fd})
		p.Close()
	}
	round()
	before := count()
	const rounds = 200
	for range rounds {
		round()
	}
	// The runtime's own threads have handles, too, and come and go.
	if after := count(); after > before+rounds/4 {
		t.Errorf("%d handles before, %d after", before, after)
	}
}

// What the kernel can do at once is done when Flush returns, and nobody is woken for it.
func TestDoneAtOnce(t *testing.T) {
	p := openPort(t, Options{})
	readable, writable := pipe(t, windows.PIPE_TYPE_BYTE)
	say(t, writable, "hello")
	r := reading(readable, 10, -1)
	p.Submit(r)
	if p.queued.Len() != 1 {
		t.Fatal("the pipe's handle does not report to the port")
	}
	p.Flush()
	if p.ready.Len() != 1 || p.table.held != 0 {
		t.Fatalf("%d ready, %d in the kernel", p.ready.Len(), p.table.held)
	}
	p.noPacket(t)
	if got := p.next(t); got != r || text(r) != "hello" || r.Errno != 0 {
		t.Errorf("%q, %v", text(r), r.Errno)
	}
	p.noPacket(t)
}

// The kernel tells the end of a file at once or by a packet; both are a count of 0.
func TestBothFormsOfTheEnd(t *testing.T) {
	p := openPort(t, Options{})
	at := func(name string, r *backend.Request) {
		if r.Result != 0 || r.Errno != 0 {
			t.Errorf("%s: %d, %v", name, r.Result, r.Errno)
		}
	}
	file := openFile(t, backendtest.TempDir(t)+`\empty`, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
	at("a file", p.run(t, reading(file, 10, 0)))
	at("far behind it", p.run(t, reading(file, 10, 1<<40)))
	readable, writable := pipe(t, windows.PIPE_TYPE_BYTE)
	waiting := reading(readable, 10, -1)
	p.Submit(waiting)
	p.Flush()
	windows.CloseHandle(writable)
	at("a pipe, by a packet", p.next(t))
	at("a pipe, at once", p.run(t, reading(readable, 10, -1)))
	// Files on Wine never tell it at once.
	defer func() { startRead = sys.StartRead }()
	startRead = func(sys.FD, unsafe.Pointer, int64, *windows.Overlapped) sys.Errno { return windows.ERROR_HANDLE_EOF }
	at("a file, at once", p.run(t, reading(file, 10, 0)))
	if p.table.held != 0 {
		t.Errorf("%d records in use", p.table.held)
	}
}

// A single request does not wait for its batch to fill.
func TestAloneInTheBatch(t *testing.T) {
	p := openPort(t, Options{Batch: 256})
	readable, writable := pipe(t, windows.PIPE_TYPE_BYTE)
	p.Submit(reading(readable, 10, -1))
	p.Flush()
	time.AfterFunc(20*time.Millisecond, func() { say(t, writable, "x") })
	begin := time.Now()
	p.Wait(20 * time.Second)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	p.next(t)
}

// A message longer than the room comes in pieces, and the record is whole whether or not a packet follows.
func TestLongMessages(t *testing.T) {
	p := openPort(t, Options{})
	readable, writable := pipe(t, windows.PIPE_TYPE_MESSAGE)
	mode := uint32(windows.PIPE_READMODE_MESSAGE)
	if err := windows.SetNamedPipeHandleState(windows.Handle(readable), &mode, nil, nil); err != nil {
		t.Fatal(err)
	}
	for round := range 20 {
		first := reading(readable, 4, -1)
		if round%2 == 0 {
			say(t, writable, "0123456789")
			p.run(t, first)
		} else {
			p.Submit(first)
			p.Flush()
			say(t, writable, "0123456789")
			p.next(t)
		}
		second := p.run(t, reading(readable, 10, -1))
		if text(first)+text(second) != "0123456789" || first.Result != 4 {
			t.Fatalf("%q and %q", text(first), text(second))
		}
	}
	if p.InFlight() != 0 {
		t.Errorf("%d in flight", p.InFlight())
	}
}

// Somebody who gets hold of the handle and uses it for transfers of his own disturbs nobody.
func TestForeignPackets(t *testing.T) {
	p := openPort(t, Options{})
	path := backendtest.TempDir(t) + `\file`
	file := openFile(t, path, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
	p.run(t, reading(file, 10, 0))
	foreign := &windows.Overlapped{}
	if errno := sys.StartRead(file, unsafe.Pointer(new([10]byte)), 10, foreign); errno != windows.ERROR_IO_PENDING && errno != 0 {
		t.Fatal(errno)
	}
	p.run(t, reading(file, 10, 0))
	p.Wait(10 * time.Millisecond)
	if count := p.Reap(make([]*backend.Request, 10)); count != 0 {
		t.Errorf("%d requests came back", count)
	}
}

// What is cancelled before the kernel has room for it comes back at once, although the kernel stays full.
func TestCancelledWithoutRoom(t *testing.T) {
	p := openPort(t, Options{RequestsMax: 1})
	readable, writable := pipe(t, windows.PIPE_TYPE_BYTE)
	first, second := reading(readable, 10, -1), reading(readable, 10, -1)
	p.Submit(first)
	p.Submit(second)
	p.Flush()
	p.Cancel(second)
	begin := time.Now()
	p.Wait(20 * time.Second)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if got := p.next(t); got != second || second.Errno != sys.ECANCELED {
		t.Errorf("%v", got.Errno)
	}
	say(t, writable, "first")
	if got := p.next(t); got != first || text(first) != "first" {
		t.Errorf("%q, %v", text(first), first.Errno)
	}
}

// A handle belongs to one port. The others, and wrapped handles that are not overlapped, go through the workers.
func TestHandlesOfOthers(t *testing.T) {
	path := backendtest.TempDir(t) + `\file`
	file := openFile(t, path, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
	first, second := openPort(t, Options{}), openPort(t, Options{})
	wide, _ := windows.UTF16PtrFromString(path)
	wrapped, err := windows.CreateFile(wide, windows.GENERIC_READ|windows.GENERIC_WRITE, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(wrapped)
	written := []byte("text")
	w := &backend.Request{Op: backend.OpWrite, FD: file, Data: unsafe.Pointer(&written[0]), Length: 4}
	if first.run(t, w); w.Result != 4 || w.Route != routePort {
		t.Errorf("%d, %v, route %d", w.Result, w.Errno, w.Route)
	}
	for name, fd := range map[string]sys.FD{"another's": file, "wrapped": sys.FD(wrapped)} {
		r := second.run(t, reading(fd, 10, 0))
		if text(r) != "text" || r.Route != routeLane {
			t.Errorf("%s: %q, %v, route %d", name, text(r), r.Errno, r.Route)
		}
	}
	// After its port is gone a file is as good as before.
	first.Close()
	if r := second.run(t, reading(file, 10, 0)); text(r) != "text" {
		t.Errorf("%q, %v", text(r), r.Errno)
	}
}

// What would hold the thread that submits goes to the workers.
func TestWhatGoesToWorkers(t *testing.T) {
	p := openPort(t, Options{})
	path := backendtest.TempDir(t) + `\file`
	const flags = sys.OpenRead | sys.OpenWrite | sys.OpenCreate
	cached, direct := openFile(t, path, flags), openFile(t, path, flags|sys.OpenDirect)
	readable, writable := pipe(t, windows.PIPE_TYPE_BYTE)
	say(t, writable, "0123456789")
	raw := make([]byte, 8192) // direct transfers are aligned
	aligned := unsafe.Pointer(&raw[4096-uintptr(unsafe.Pointer(&raw[0]))%4096])
	for _, test := range []struct {
		name  string
		op    backend.Op
		fd    sys.FD
		flags uint8
		want  uint8
	}{
		{"a cached write", backend.OpWrite, cached, 0, routePort},
		{"a long cached write", backend.OpWrite, cached, backend.FlagAsync, routeLane},
		{"a direct write", backend.OpWrite, direct, 0, routeLane},
		{"a cached read", backend.OpRead, cached, 0, routePort},
		{"a long cached read", backend.OpRead, cached, backend.FlagAsync, routeLane},
		{"a direct read", backend.OpRead, direct, 0, routePort},
		{"a long read of a pipe", backend.OpRead, readable, backend.FlagAsync, routePort},
	} {
		r := &backend.Request{Op: test.op, FD: test.fd, Flags: test.flags, Data: aligned, Length: 4096}
		if test.fd == readable {
			r.Offset = -1
		}
		if p.run(t, r); r.Errno != 0 || r.Result == 0 || r.Route != test.want {
			t.Errorf("%s: %d, %v, route %d", test.name, r.Result, r.Errno, r.Route)
		}
	}
}

// When the kernel has no memory for one more, requests wait for those before them and keep their order.
func TestNoMemoryForTheMoment(t *testing.T) {
	p := openPort(t, Options{})
	file := openFile(t, backendtest.TempDir(t)+`\file`, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
	refusals, calls := 0, 0
	defer func() { startRead = sys.StartRead }()
	var order []int64
	startRead = func(fd sys.FD, data unsafe.Pointer, length int64, overlapped *windows.Overlapped) sys.Errno {
		if calls++; calls%3 == 0 {
			refusals++
			return windows.ERROR_NO_SYSTEM_RESOURCES
		}
		order = append(order, int64(overlapped.Offset))
		return sys.StartRead(fd, data, length, overlapped)
	}
	const count = 50
	for i := range count {
		p.Submit(reading(file, 10, int64(i)))
	}
	p.Flush()
	for range count {
		if r := p.next(t); r.Errno != 0 {
			t.Fatal(r.Errno)
		}
	}
	if refusals < 5 {
		t.Errorf("%d refusals", refusals)
	}
	for i, offset := range order {
		if offset != int64(i) {
			t.Fatalf("number %d was at %d", i, offset)
		}
	}
	// With nothing else in the kernel to wait for it is an error.
	startRead = func(sys.FD, unsafe.Pointer, int64, *windows.Overlapped) sys.Errno {
		return windows.ERROR_NO_SYSTEM_RESOURCES
	}
	if r := p.run(t, reading(file, 10, 0)); r.Errno != windows.ERROR_NO_SYSTEM_RESOURCES {
		t.Errorf("%v", r.Errno)
	}
}

// Offsets and sizes beyond what 32 bits hold.
func TestFarAway(t *testing.T) {
	p := openPort(t, Options{})
	file := openFile(t, backendtest.TempDir(t)+`\file`, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
	const far = 6<<30 + 1
	written := []byte("far away")
	w := p.run(t, &backend.Request{Op: backend.OpWrite, FD: file, Data: unsafe.Pointer(&written[0]), Length: 8, Offset: far})
	r := p.run(t, reading(file, 20, far+4))
	if w.Result != 8 || text(r) != "away" {
		t.Errorf("%d, %v; %q, %v", w.Result, w.Errno, text(r), r.Errno)
	}
	if size := new(sys.Stat); sys.Fstat(file, size) != 0 || size.Size != far+8 {
		t.Errorf("size %d", size.Size)
	}
}

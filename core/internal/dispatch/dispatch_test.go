//go:build darwin || (linux && (amd64 || arm64))

package dispatch_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/dispatch"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// These tests are about libdispatch's own ways; what all backends promise is in backendtest.

// noise has no period, so that a part in the wrong place shows.
func noise(data []byte, seed uint64) []byte {
	state := seed*2862933555777941757 + 3037000493
	for i := range data {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		data[i] = byte(state >> 32)
	}
	return data
}

func noiseFile(t testing.TB, size int, seed uint64) (string, []byte) {
	t.Helper()
	data := noise(make([]byte, size), seed)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path, data
}

func descriptor(t testing.TB, path string, flags sys.OpenFlags) sys.FD {
	t.Helper()
	fd, errno := sys.Open(append([]byte(path), 0), flags, 0o666)
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(func() { sys.Close(fd) })
	return fd
}

func transfer(op backend.Op, fd sys.FD, data []byte, offset int64) *backend.Request {
	return &backend.Request{Op: op, FD: fd, Data: unsafe.Pointer(unsafe.SliceData(data)), Length: int64(len(data)), Offset: offset}
}

// finish reaps everything and closes the instance when the test ends.
func finish(t testing.TB, d *dispatch.Dispatch) []*backend.Request {
	t.Helper()
	d.Flush()
	var all []*backend.Request
	out := make([]*backend.Request, 64)
	for deadline := time.Now().Add(60 * time.Second); d.InFlight() > 0; {
		d.Wait(time.Until(deadline))
		all = append(all, out[:d.Reap(out)]...)
		if time.Now().After(deadline) {
			t.Fatalf("%d requests never came back", d.InFlight())
		}
	}
	return all
}

func begin(t testing.TB) *dispatch.Dispatch {
	t.Helper()
	d := open(t, dispatch.Options{Shortest: 1})
	t.Cleanup(func() {
		finish(t, d)
		d.Close()
	})
	return d
}

// A long read arrives in parts; and a long write leaves in parts.
func TestLongTransfersAreIntact(t *testing.T) {
	d := begin(t)
	before := dispatch.CarriedOn()
	const most = 64 << 20
	path, data := noiseFile(t, most+12345, 1)
	fd := descriptor(t, path, sys.OpenRead)
	for _, length := range []int{64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20, 1<<20 + 1, 5<<20 + 77, most} {
		for _, offset := range []int64{0, 4097} {
			buffer := make([]byte, length)
			r := transfer(backend.OpRead, fd, buffer, offset)
			if !d.Native(r) {
				t.Fatal("not a request for libdispatch")
			}
			d.Submit(r)
			finish(t, d)
			if r.Errno != 0 || r.Result != int64(length) || !bytes.Equal(buffer, data[offset:offset+int64(length)]) {
				t.Errorf("read of %d at %d: %d, %v, wrong content", length, offset, r.Result, r.Errno)
			}
		}
	}
	// Across the end of the file.
	buffer := make([]byte, 3<<20)
	r := transfer(backend.OpRead, fd, buffer, most)
	d.Submit(r)
	finish(t, d)
	if r.Result != 12345 || !bytes.Equal(buffer[:12345], data[most:]) {
		t.Errorf("read across the end: %d, %v", r.Result, r.Errno)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	to := descriptor(t, copied, sys.OpenWrite|sys.OpenCreate)
	w := transfer(backend.OpWrite, to, data, 3)
	d.Submit(w)
	finish(t, d)
	got, err := os.ReadFile(copied)
	if err != nil || w.Result != int64(len(data)) || !bytes.Equal(got, append([]byte{0, 0, 0}, data...)) {
		t.Errorf("write of %d: %d, %v, %v", len(data), w.Result, w.Errno, err)
	}
	if after := dispatch.CarriedOn(); after != before {
		t.Errorf("%d transfers were cut and had to be carried on", after-before)
	}
}

func TestThousandsInFlightUnderCollection(t *testing.T) {
	d := begin(t)
	path, data := noiseFile(t, 1<<20, 2)
	fds := make([]sys.FD, 20)
	for i := range fds {
		fds[i] = descriptor(t, path, sys.OpenRead)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		var junk [][]byte
		for {
			select {
			case <-stop:
				return
			default:
			}
			junk = append(junk[len(junk)/2:], make([]byte, 10000), make([]byte, 300))
			runtime.GC()
		}
	}()
	const count = 5000
	for i := range count {
		// Nobody but the backend knows the request and its memory.
		d.Submit(transfer(backend.OpRead, fds[i%len(fds)], make([]byte, 1+i%3000), int64(i*197%(1<<19))))
	}
	if d.InFlight() != count {
		t.Fatalf("InFlight = %d", d.InFlight())
	}
	all := finish(t, d)
	close(stop)
	<-stopped
	if len(all) != count {
		t.Fatalf("%d came back", len(all))
	}
	for _, r := range all {
		if r.Errno != 0 || r.Result != r.Length || !bytes.Equal(unsafe.Slice((*byte)(r.Data), r.Result), data[r.Offset:r.Offset+r.Length]) {
			t.Fatalf("read of %d at %d: %d, %v", r.Length, r.Offset, r.Result, r.Errno)
		}
	}
}

// nothingHeld: whoever knows of no request in flight may close the descriptor.
func nothingHeld(t testing.TB) {
	t.Helper()
	if flights, files, channels := dispatch.Held(); flights+files+channels > 0 {
		t.Fatalf("libdispatch holds %d requests, %d files, %d channels", flights, files, channels)
	}
}

func TestNothingIsHeldAtRest(t *testing.T) {
	d := begin(t)
	path, _ := noiseFile(t, 10000, 3)
	buffer := make([]byte, 10000)
	var flights, channels int
	for round := range 200 {
		fd, errno := sys.Open(append([]byte(path), 0), sys.OpenRead|sys.OpenWrite, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		for i := range 1 + round%5 {
			op := backend.OpRead
			if i%2 == 1 {
				op = backend.OpWrite
			}
			d.Submit(transfer(op, fd, buffer[i*100:i*100+100], int64(i*100)))
		}
		for _, r := range finish(t, d) {
			if r.Errno != 0 || r.Result != 100 {
				t.Fatalf("%d, %v", r.Result, r.Errno)
			}
		}
		nothingHeld(t)
		close := &backend.Request{Op: backend.OpClose, FD: fd}
		d.Submit(close)
		finish(t, d)
		if close.Errno != 0 {
			t.Fatal(close.Errno)
		}
		if round == 20 {
			flights, channels = dispatch.Records()
		}
	}
	if flightsNow, channelsNow := dispatch.Records(); flightsNow > flights+8 || channelsNow > channels+8 {
		t.Errorf("records grow: %d and %d after 20 files, %d and %d after 200", flights, channels, flightsNow, channelsNow)
	}
}

// A close that comes while libdispatch has transfers on the descriptor is carried out behind them: its number must not
// become another file's, and libdispatch must not find it closed.
func TestCloseComesBehindTransfers(t *testing.T) {
	d := begin(t)
	path, data := noiseFile(t, 16<<20, 4)
	other, _ := noiseFile(t, 16<<20, 40)
	for range 10 {
		fd, errno := sys.Open(append([]byte(path), 0), sys.OpenRead, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		reads := make([]*backend.Request, 6)
		for i := range reads {
			reads[i] = transfer(backend.OpRead, fd, make([]byte, len(data)), 0)
			d.Submit(reads[i])
		}
		d.Flush()
		if !d.Holds(fd) {
			t.Fatal("libdispatch has nothing on the descriptor")
		}
		d.Submit(&backend.Request{Op: backend.OpClose, FD: fd})
		for range 10 {
			d.Submit(&backend.Request{Op: backend.OpOpen, Path: append([]byte(other), 0), OpenFlags: sys.OpenRead})
		}
		for i, r := range finish(t, d) {
			switch {
			case r.Errno != 0:
				t.Fatalf("request %d, op %d: %v", i, r.Op, r.Errno)
			case r.Op == backend.OpOpen:
				sys.Close(sys.FD(r.Result))
			case r.Op == backend.OpRead && (r.Result == 0 || !bytes.Equal(unsafe.Slice((*byte)(r.Data), r.Result), data[:r.Result])):
				t.Fatalf("read %d bytes, wrong content", r.Result)
			}
		}
		nothingHeld(t)
		var stat sys.Stat
		for deadline := time.Now().Add(20 * time.Second); sys.Fstat(fd, &stat) != sys.EBADF; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the descriptor is still there")
			}
		}
	}
}

// Stopping a channel for one request's sake stops its neighbours, which go on from where they were.
func TestCancelledWriteSparesOthers(t *testing.T) {
	const count, size = 8, 4 << 20
	data := noise(make([]byte, count*size), 5)
	for round := range 8 {
		d := begin(t)
		path := filepath.Join(t.TempDir(), "file")
		fd := descriptor(t, path, sys.OpenRead|sys.OpenWrite|sys.OpenCreate)
		writes := make([]*backend.Request, count)
		for i := range writes {
			writes[i] = transfer(backend.OpWrite, fd, data[i*size:(i+1)*size], int64(i*size))
			d.Submit(writes[i])
		}
		d.Flush()
		given := writes[round]
		d.Cancel(given)
		d.Cancel(given)
		finish(t, d)
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, make([]byte, count*size-len(written))...)
		for i, r := range writes {
			if r == given && r.Errno == sys.ECANCELED {
				continue
			}
			if r.Errno != 0 || r != given && r.Result != size {
				t.Fatalf("write %d: %d, %v", i, r.Result, r.Errno)
			}
			from := i * size
			if !bytes.Equal(written[from:from+int(r.Result)], data[from:from+int(r.Result)]) {
				t.Errorf("write %d reported %d bytes; the file holds others", i, r.Result)
			}
		}
	}
}

// What a channel would get wrong goes to the workers.
func TestWhatIsNotNative(t *testing.T) {
	d := begin(t)
	path, data := noiseFile(t, 5000, 6)
	moved := descriptor(t, path, sys.OpenRead|sys.OpenWrite)
	if _, err := syscall.Seek(int(moved), 1000, 0); err != nil {
		t.Fatal(err)
	}
	appending := descriptor(t, path, sys.OpenRead|sys.OpenAppend)
	plain := descriptor(t, path, sys.OpenRead)
	foreign := transfer(backend.OpRead, plain, make([]byte, 10), 50)
	foreign.Flags = backend.FlagForeign
	for _, r := range []*backend.Request{
		transfer(backend.OpRead, moved, make([]byte, 10), 20),
		transfer(backend.OpWrite, moved, data[30:40], 30),
		transfer(backend.OpRead, appending, make([]byte, 10), 40),
		foreign,
	} {
		if d.Native(r) {
			t.Errorf("op %d on %d is left to libdispatch", r.Op, r.FD)
		}
		d.Submit(r)
		finish(t, d)
		if r.Errno != 0 || r.Result != 10 || !bytes.Equal(unsafe.Slice((*byte)(r.Data), 10), data[r.Offset:r.Offset+10]) {
			t.Errorf("op %d at %d: %d, %v, wrong content", r.Op, r.Offset, r.Result, r.Errno)
		}
	}
	if position, _ := sys.Offset(moved); position != 1000 {
		t.Errorf("the descriptor's position is %d", position)
	}
	if refused := transfer(backend.OpWrite, plain, data[:1], 0); d.Native(refused) {
		t.Error("a write without the right to write is left to libdispatch")
	}
}

// By default short transfers, too, are the workers'.
func TestShortTransfersAreNotNative(t *testing.T) {
	d := open(t, dispatch.Options{})
	defer d.Close()
	path, _ := noiseFile(t, 1<<20, 10)
	fd := descriptor(t, path, sys.OpenRead|sys.OpenWrite)
	for _, op := range []backend.Op{backend.OpRead, backend.OpWrite} {
		for length, want := range map[int]bool{4096: false, 64<<10 - 1: false, 64 << 10: true, 1 << 20: true} {
			if got := d.Native(transfer(op, fd, make([]byte, length), 0)); got != want {
				t.Errorf("op %d of %d bytes: native is %v", op, length, got)
			}
		}
	}
}

// Files by the hundred, each with a channel, must not bring threads by the hundred.
func TestThreadsAreBounded(t *testing.T) {
	d := begin(t)
	path, _ := noiseFile(t, 1<<20, 7)
	fds := make([]sys.FD, 300)
	for i := range fds {
		fds[i] = descriptor(t, path, sys.OpenRead)
	}
	before, known := threads()
	if !known {
		t.Skip("the number of threads is not told here")
	}
	most := 0
	for range 5 {
		for _, fd := range fds {
			d.Submit(transfer(backend.OpRead, fd, make([]byte, 100), 0))
		}
		d.Flush()
		out := make([]*backend.Request, 10)
		for d.InFlight() > 0 {
			d.Wait(-1)
			d.Reap(out)
			now, _ := threads()
			most = max(most, now)
		}
	}
	if most > before+60 {
		t.Errorf("%d threads before, %d during", before, most)
	}
}

func threads() (count int, known bool) {
	entries, err := os.ReadDir("/proc/self/task")
	return len(entries), err == nil
}

func BenchmarkRequest(b *testing.B) {
	path, _ := noiseFile(b, 1<<20, 9)
	fd := descriptor(b, path, sys.OpenRead)
	for _, size := range []int{4 << 10, 1 << 20} {
		for _, depth := range []int{1, 64} {
			b.Run(fmt.Sprintf("read%dK/depth%d", size>>10, depth), func(b *testing.B) {
				d := begin(b)
				requests := make([]backend.Request, depth)
				buffers := make([][]byte, depth)
				for i := range buffers {
					buffers[i] = make([]byte, size)
				}
				out := make([]*backend.Request, depth)
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for done := 0; done < b.N; {
					for i := range requests {
						requests[i] = *transfer(backend.OpRead, fd, buffers[i], 0)
						d.Submit(&requests[i])
					}
					d.Flush()
					for d.InFlight() > 0 {
						d.Wait(-1)
						done += d.Reap(out)
					}
				}
			})
		}
	}
}

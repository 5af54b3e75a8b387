package backendtest

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func testOperations(t *testing.T, s Subject) {
	for name, directory := range directories(t) {
		t.Run(name, func(t *testing.T) {
			d := start(t, s)
			path := filepath.Join(directory, oddName)
			fd := sys.FD(d.must(&backend.Request{Op: backend.OpOpen, Path: cPath(path), Mode: 0o640,
				OpenFlags: sys.OpenRead | sys.OpenWrite | sys.OpenCreate | sys.OpenExclusive}))
			if n := d.must(write(fd, []byte("0123456789"), 5)); n != 10 {
				t.Fatalf("wrote %d", n)
			}
			for _, op := range []backend.Op{backend.OpSync, backend.OpDatasync} {
				if n := d.must(&backend.Request{Op: op, FD: fd}); n != 0 {
					t.Errorf("sync's result is %d", n)
				}
			}
			var stat sys.Stat
			d.must(&backend.Request{Op: backend.OpStat, FD: fd, Stat: &stat})
			if stat.Size != 15 || stat.Kind != sys.KindRegular || stat.Mode&0o137&modeBits != 0 {
				t.Errorf("stat = %+v", stat)
			}
			buffer := make([]byte, 20)
			if n := d.must(read(fd, buffer, 3)); n != 12 || string(buffer[:n]) != "\x00\x000123456789" {
				t.Errorf("read %q", buffer[:n])
			}
			async := read(fd, buffer, 5)
			async.Flags = backend.FlagAsync
			if n := d.must(async); n != 10 || string(buffer[:n]) != "0123456789" {
				t.Errorf("asynchronous read %q", buffer[:n])
			}
			for _, offset := range []int64{15, 1 << 40} {
				if n := d.must(read(fd, buffer, offset)); n != 0 {
					t.Errorf("read %d bytes at %d", n, offset)
				}
			}
			if n := d.must(read(fd, nil, 0)); n != 0 {
				t.Errorf("an empty read gave %d", n)
			}
			if n := d.must(write(fd, nil, 0)); n != 0 {
				t.Errorf("an empty write gave %d", n)
			}
			for _, size := range []int64{4, 1 << 33, 0} {
				d.must(&backend.Request{Op: backend.OpTruncate, FD: fd, Offset: size})
				if sys.Fstat(fd, &stat); stat.Size != size {
					t.Errorf("size %d after truncation to %d", stat.Size, size)
				}
			}
			called := false
			if n := d.must(&backend.Request{Op: backend.OpCall, Call: func(r *backend.Request) { called = true; r.Result = 42 }}); n != 42 || !called {
				t.Errorf("call gave %d", n)
			}
			d.must(&backend.Request{Op: backend.OpClose, FD: fd})
			if errno := sys.Fstat(fd, &stat); errno != sys.EBADF {
				t.Errorf("the descriptor is still there: %v", errno)
			}
		})
	}
}

type errorTest struct {
	name string
	r    *backend.Request
	want sys.Errno
}

func testErrors(t *testing.T, s Subject) {
	d := start(t, s)
	directory := TempDir(t)
	file := patternFile(t, directory, 10, sys.OpenRead)
	folder, errno := sys.Open(cPath(directory), sys.OpenRead|sys.OpenDirectory, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(func() { sys.Close(folder) })
	buffer := make([]byte, 10)
	const nobody = sys.FD(1 << 20)
	openOf := func(name string, flags sys.OpenFlags) *backend.Request {
		return &backend.Request{Op: backend.OpOpen, Path: cPath(name), OpenFlags: flags, Mode: 0o666}
	}
	// Not here: a positional transfer on a pipe. pread refuses it with ESPIPE, io_uring ignores the offset; so the core,
	// which knows what its files are, refuses it before it comes to a backend.
	for _, test := range append(systemErrors(t), []errorTest{
		{"open of a missing file", openOf(directory+"/missing", sys.OpenRead), sys.ENOENT},
		{"open of the empty name", openOf("", sys.OpenRead), eNoName},
		{"open of a directory for writing", openOf(directory, sys.OpenWrite), sys.EISDIR},
		{"exclusive creation of what exists", openOf(directory+"/pattern", sys.OpenWrite|sys.OpenCreate|sys.OpenExclusive), eEXIST},
		{"open below a file", openOf(directory+"/pattern/x", sys.OpenRead), eNOTDIR},
		{"open of a name that is too long", openOf(directory+"/"+string(bytes.Repeat([]byte("x"), 300)), sys.OpenRead), eNAMETOOLONG},
		{"read of no descriptor", read(nobody, buffer, 0), sys.EBADF},
		{"write to no descriptor", write(nobody, buffer, 0), sys.EBADF},
		{"write to a file opened for reading", write(file, buffer, 0), eNotWritable},
		{"read of a directory", read(folder, buffer, 0), sys.EISDIR},
		{"read into no memory", &backend.Request{Op: backend.OpRead, FD: file, Length: 10}, eFAULT},
		{"truncation to a negative size", &backend.Request{Op: backend.OpTruncate, FD: file, Offset: -1}, sys.EINVAL},
		{"truncation of a file opened for reading", &backend.Request{Op: backend.OpTruncate, FD: file}, eNotTruncatable},
		{"sync of no descriptor", &backend.Request{Op: backend.OpDatasync, FD: nobody}, sys.EBADF},
		{"stat of no descriptor", &backend.Request{Op: backend.OpStat, FD: nobody, Stat: new(sys.Stat)}, sys.EBADF},
		{"close of no descriptor", &backend.Request{Op: backend.OpClose, FD: nobody}, sys.EBADF},
		{"call that fails", &backend.Request{Op: backend.OpCall, Call: func(r *backend.Request) { r.Errno = sys.ENOMEM }}, sys.ENOMEM},
		{"call that panics", &backend.Request{Op: backend.OpCall, Call: func(*backend.Request) { panic("on purpose") }}, sys.EIO},
		{"no operation", &backend.Request{Op: backend.OpNone}, sys.ENOSYS},
		{"unknown operation", &backend.Request{Op: 200}, sys.ENOSYS},
	}...) {
		if d.run(test.r); test.r.Errno != test.want && (test.r.Errno == 0 || test.r.Errno != onWine[test.name]) {
			t.Errorf("%s: %v, want %v", test.name, test.r.Errno, test.want)
		}
	}
}

func testStreamsAndAppend(t *testing.T, s Subject) {
	d := start(t, s)
	readable, writable := pipe(t)
	buffer := make([]byte, 16)
	waiting := read(readable, buffer, -1)
	d.Submit(waiting)
	d.Flush()
	d.Submit(write(writable, []byte("abc"), -1))
	d.Flush()
	d.reap(2) // in any order
	if waiting.Result != 3 || string(buffer[:3]) != "abc" {
		t.Fatalf("the pipe gave %d bytes, %v", waiting.Result, waiting.Errno)
	}
	sys.Close(writable)
	if n := d.must(read(readable, buffer, -1)); n != 0 {
		t.Fatalf("read %d bytes at the end of the pipe", n)
	}
	path := filepath.Join(TempDir(t), "log")
	first, second := d.open(path, sys.OpenAppend|sys.OpenCreate), d.open(path, sys.OpenRead|sys.OpenAppend)
	for range 50 {
		d.Submit(write(first, []byte("first\n"), -1))
		d.Submit(write(second, []byte("second\n"), -1))
	}
	d.Flush()
	d.drain()
	all := make([]byte, 2000)
	all = all[:d.must(read(second, all, 0))]
	if !appendsAtomically() && s.AppendsOnWorkers {
		t.Skip("this system's own append is not atomic; see TestAppendersLoseNothing in package sys")
	}
	if bytes.Count(all, []byte("first\n")) != 50 || bytes.Count(all, []byte("second\n")) != 50 || len(all) != 650 {
		t.Errorf("appended lines were lost: %d bytes", len(all))
	}
}

// A length beyond what one call of the system moves is cut, not refused; going on is the core's business. Only as much
// memory as the file holds is ever touched.
func testLongLengths(t *testing.T, s Subject) {
	d := start(t, s)
	fd := patternFile(t, TempDir(t), 1000, sys.OpenRead)
	for _, length := range []int64{sys.TransferMax, 1 << 31, 1<<32 + 5, 1 << 40} {
		r := &backend.Request{Op: backend.OpRead, FD: fd, Data: longMemory(t), Length: length}
		if n := d.must(r); n != 1000 || !holds(bytesOf(r), 0) {
			t.Errorf("length %d read %d bytes", length, n)
		}
	}
}

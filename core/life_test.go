package core

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

// pipe returns a wrapped read end and the plain write end.
func (h *harness) pipe() (in uint64, out *os.File) {
	h.t.Helper()
	readEnd, writeEnd := pipeEnds(h.t)
	in = uint64(h.must(h.do(submissionOf(OpWrap, 0, WrapArgs{FD: int64(readEnd), Flags: OpenRead | WrapOwnsFD, Buffering: -1, Position: -1}))))
	out = os.NewFile(uintptr(writeEnd), "pipe")
	h.t.Cleanup(func() { out.Close() })
	return in, out
}

func TestCancel(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a worker that reads a pipe cannot be interrupted there")
	}
	places(t, func(t *testing.T, h *harness, dir string) {
		in, out := h.pipe()
		b := make([]byte, 1)
		if !h.start(readSubmission(in, b, 0)) {
			t.Fatal("not pending")
		}
		first := h.c.Token
		if !h.start(readSubmission(in, b, 0)) {
			t.Fatal("not pending")
		}
		second := h.c.Token
		h.q.Flush()
		if err := h.q.Cancel(second); err != EOK {
			t.Fatal(err)
		}
		h.expect(h.reapOne(), ECANCELED)
		if err := h.q.Cancel(first); err != EOK {
			t.Fatal(err)
		}
		h.q.Flush()
		h.expect(h.reapOne(), ECANCELED)
		if err := h.q.Cancel(first); err != ENOENT {
			t.Fatal(err)
		}
		// The file stays usable.
		out.WriteString("y")
		if got := h.read(in, 1); got != "y" {
			t.Fatalf("%q", got)
		}
		out.Close()
		h.close(in)
	})
}

// A cancelled read gives its place back at once: the next one starts there.
func TestCancelledReadGivesItsPlaceBack(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		text := strings.Repeat("0123456789", 100_000)
		put(t, path, text)
		f := h.open(path, flagsRead, -1)
		b := make([]byte, 500_000)
		if h.start(readSubmission(f, b, 0)) { // too large for the inline path
			h.q.Cancel(h.c.Token)
			if got := h.read2(f, 10); got != "0123456789" {
				t.Fatalf("%q", got)
			}
			if got := h.tell(f); got != 10 {
				t.Fatal(got)
			}
		}
		h.close(f)
	})
}

// read2 reads while another operation is still to complete.
func (h *harness) read2(file uint64, n int) string {
	h.t.Helper()
	b := make([]byte, n)
	s := readSubmission(file, b, 0)
	s.UserData = 77
	if !h.start(s) {
		n := h.must(h.c)
		h.expect(h.reapOne(), ECANCELED)
		return string(b[:n])
	}
	h.q.Flush()
	count := int64(0)
	for range 2 {
		c := h.reapOne()
		if c.UserData == 77 {
			count = h.must(c)
		} else {
			h.expect(c, ECANCELED)
		}
	}
	return string(b[:count])
}

func TestCloseWaitsAndThenCancels(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		Configure("close_timeout_ms", 100)
		t.Cleanup(ConfigureReset)
		in, out := h.pipe()
		b := make([]byte, 1)
		if !h.start(readSubmission(in, b, 0)) {
			t.Fatal("not pending")
		}
		h.q.Flush()
		began := time.Now()
		s := &Submission{Op: OpClose, File: in, UserData: 5}
		if !h.start(s) {
			t.Fatal("close has to wait")
		}
		if status := Submit(h.q, &Submission{Op: OpTell, File: in}, &h.c); status != Status(-int32(EBADF)) {
			t.Fatalf("a closing file takes no operations: %v", status)
		}
		for {
			c := h.reapOne()
			if c.UserData == 5 {
				h.must(c)
				break
			}
			h.expect(c, ECANCELED)
		}
		if took := time.Since(began); took < 80*time.Millisecond || took > 3*time.Second {
			t.Fatal(took)
		}
		// The descriptor is gone: nobody reads the pipe any more, once the blocked worker (pool) lets go.
		out.Write([]byte("x"))
		out.Close()
	})
}

func TestTwoQueuesOnOneFile(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		put(t, path, strings.Repeat("x", 100_000))
		f := h.open(path, OpenRead|OpenWrite, -1)
		h.seek(f, 90_000, 0) // the writes at the position stay clear of what the workers compare
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				own := newHarness(t)
				for i := range 200 {
					want := fmt.Sprintf("%02d-%04d", w, i)
					offset := int64(w*10_000 + i*10)
					own.writeAt(f, want, offset)
					if got := own.readAt(f, len(want), offset); got != want {
						t.Errorf("%q, want %q", got, want)
						return
					}
					own.write(f, "yy")
					if i%50 == 0 {
						own.must(own.simple(OpFlush, f))
						own.seek(f, 90_000, 0)
					}
				}
			}()
		}
		wg.Wait()
		h.close(f)
	})
}

func TestDisposeWritesAndReleases(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsCreate, -1)
		h.write(f, "gathered")
		if err := Dispose(f); err != EOK {
			t.Fatal(err)
		}
		Shutdown(5 * time.Second)
		if got := get(t, path); got != "gathered" {
			t.Fatalf("%q", got)
		}
		if err := Dispose(f); err != ESTALE_HANDLE {
			t.Fatal(err)
		}
		f = h.open(path, flagsAppend, -1)
		h.write(f, "+more")
		Shutdown(5 * time.Second)
		if got := get(t, path); got != "gathered+more" {
			t.Fatalf("%q", got)
		}
		h.close(f)
	})
}

func TestOperationsWaitForTheOpen(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		b := []byte(path)
		open := submissionOf(OpOpen, 0, OpenArgs{Path: pointerTo(b), PathLength: uint64(len(b)), Flags: OpenRead | OpenWrite | OpenCreate | OpenTruncate, Mode: 0o600, Buffering: -1})
		// Two of them, so that the first is not handed over alone.
		if !h.start(open) {
			t.Skip("the open was done at once: nothing to wait for")
		}
		f := uint64(h.c.Result)
		if !h.start(writeSubmission(f, "abc")) || !h.start(&Submission{Op: OpSync, File: f}) {
			t.Skip("the open had completed already")
		}
		h.q.Flush()
		for range 3 {
			h.must(h.reapOne())
		}
		if got := get(t, path); got != "abc" {
			t.Fatalf("%q", got)
		}
		h.close(f)
	})
}

func TestHandlesAreReused(t *testing.T) {
	h := newHarness(t)
	path := filepath.Join(backendtest.TempDir(t), "a")
	put(t, path, "x")
	h.close(h.open(path, flagsRead, -1))
	before := len(files.all())
	seen := map[uint64]bool{}
	for range 100 {
		f := h.open(path, flagsRead, -1)
		if seen[f] {
			t.Fatal("a handle came twice")
		}
		seen[f] = true
		h.close(f)
	}
	if after := len(files.all()); after > before+1 {
		t.Fatalf("%d slots, %d before", after, before)
	}
}

func TestOptions(t *testing.T) {
	defer ConfigureReset()
	if Configure("no_such_option", 1) != ENOENT || Configure("io_uring_queue_depth", -1) != ERANGE {
		t.Fatal("accepted")
	}
	if err := Configure("buffer_size", 131072); err != EOK {
		t.Fatal(err)
	}
	if v, err := Option("buffer_size"); v != 131072 || err != EOK {
		t.Fatal(v, err)
	}
	ConfigureReset()
	if v, _ := Option("buffer_size"); v != 65536 {
		t.Fatal(v)
	}
}

// A closed file is let go at once: what replaces it is seen, what is deleted is gone, and its directory can be removed.
func TestClosedFilesAreLetGo(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		inner := filepath.Join(dir, "inner")
		path, other := filepath.Join(inner, "file"), filepath.Join(dir, "other")
		for round := range 5 {
			if err := os.Mkdir(inner, 0o777); err != nil {
				t.Fatal(err)
			}
			put(t, path, "old")
			read := func(want string) {
				t.Helper()
				f := h.open(path, flagsRead, -1)
				if got := h.readAll(f); got != want {
					t.Fatalf("round %d: %q, want %q", round, got, want)
				}
				h.close(f)
			}
			read("old")
			put(t, other, "new")
			if err := os.Rename(other, path); err != nil {
				t.Fatal(err)
			}
			read("new")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			h.expect(h.tryOpen(path, flagsRead, -1), ENOENT)
			put(t, path, "made again")
			read("made again")
			for _, name := range []string{path, inner} {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

package core

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

// harness drives the core the way a binding does: first without a queue, then with it, then by reaping.
type harness struct {
	t testing.TB
	q *Queue
	c Completion
}

func newHarness(t testing.TB) *harness {
	t.Helper()
	q, err := OpenQueue()
	if err != EOK {
		t.Fatal(err)
	}
	h := &harness{t: t, q: q}
	t.Cleanup(func() {
		if left := q.Close(); left != 0 {
			t.Errorf("%d operations are still held by the kernel", left)
		}
	})
	return h
}

// start submits and returns whether the operation is pending.
func (h *harness) start(s *Submission) bool {
	status := Submit(nil, s, &h.c)
	if status == StatusWouldWait {
		status = Submit(h.q, s, &h.c)
	}
	if status < 0 {
		h.c = Completion{Result: -1, Error: Error(-status)}
	}
	return status == StatusPending
}

// reapOne waits for one completion.
func (h *harness) reapOne() Completion {
	h.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	var out [1]Completion
	for h.q.Reap(out[:]) == 0 {
		if time.Now().After(deadline) {
			h.t.Fatal("no completion came")
		}
		h.q.Wait(time.Second)
	}
	return out[0]
}

// do runs one operation to its end.
func (h *harness) do(s *Submission) Completion {
	h.t.Helper()
	if h.start(s) {
		return h.reapOne()
	}
	return h.c
}

func submissionOf[A any](kind Op, file uint64, a A) *Submission {
	s := &Submission{Op: kind, File: file}
	*(*A)(unsafe.Pointer(&s.Args)) = a
	return s
}

func pointerTo(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func (h *harness) tryOpen(path string, flags uint32, buffering int64) Completion {
	b := []byte(path)
	return h.do(submissionOf(OpOpen, 0, OpenArgs{Path: pointerTo(b), PathLength: uint64(len(b)), Flags: flags, Mode: 0o666, Buffering: buffering}))
}

func (h *harness) open(path string, flags uint32, buffering int64) uint64 {
	h.t.Helper()
	c := h.tryOpen(path, flags, buffering)
	if c.Error != EOK {
		h.t.Fatalf("open %s: %v", path, c.Error)
	}
	return uint64(c.Result)
}

func (h *harness) must(c Completion) int64 {
	h.t.Helper()
	if c.Error != EOK {
		h.t.Fatalf("unexpected error: %v (native %d)", c.Error, c.Native)
	}
	return c.Result
}

func (h *harness) expect(c Completion, want Error) {
	h.t.Helper()
	if c.Error != want {
		h.t.Fatalf("error %v, want %v (result %d)", c.Error, want, c.Result)
	}
}

func readSubmission(file uint64, b []byte, flags uint32) *Submission {
	return submissionOf(OpRead, file, ReadArgs{Data: pointerTo(b), Length: uint64(len(b)), Flags: flags})
}

func (h *harness) read(file uint64, n int) string {
	h.t.Helper()
	b := make([]byte, n)
	return string(b[:h.must(h.do(readSubmission(file, b, 0)))])
}

func (h *harness) readAt(file uint64, n int, offset int64) string {
	h.t.Helper()
	b := make([]byte, n)
	return string(b[:h.must(h.do(submissionOf(OpReadAt, file, ReadAtArgs{Data: pointerTo(b), Length: uint64(n), Offset: offset})))])
}

func (h *harness) lines(file uint64, n int, max uint64) string {
	h.t.Helper()
	b := make([]byte, n)
	return string(b[:h.must(h.do(submissionOf(OpReadLines, file, ReadLinesArgs{Data: pointerTo(b), Length: uint64(n), LinesMax: max})))])
}

func (h *harness) readAll(file uint64) string {
	h.t.Helper()
	hint := h.must(h.do(submissionOf(OpSizeHint, file, SizeHintArgs{})))
	b := make([]byte, hint)
	c := h.do(readSubmission(file, b, ReadToEnd))
	n := h.must(c)
	if n <= hint {
		return string(b[:n])
	}
	out := string(b) + string(unsafe.Slice((*byte)(c.Spill), n-hint))
	Release(c.Spill)
	return out
}

func writeSubmission(file uint64, text string) *Submission {
	b := []byte(text)
	return submissionOf(OpWrite, file, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))})
}

func (h *harness) write(file uint64, text string) {
	h.t.Helper()
	if n := h.must(h.do(writeSubmission(file, text))); n != int64(len(text)) {
		h.t.Fatalf("wrote %d of %d", n, len(text))
	}
}

func (h *harness) writeAt(file uint64, text string, offset int64) {
	h.t.Helper()
	b := []byte(text)
	h.must(h.do(submissionOf(OpWriteAt, file, WriteAtArgs{Data: pointerTo(b), Length: uint64(len(b)), Offset: offset})))
}

func (h *harness) seek(file uint64, offset int64, whence uint32) int64 {
	h.t.Helper()
	return h.must(h.do(submissionOf(OpSeek, file, SeekArgs{Offset: offset, Whence: whence})))
}

func (h *harness) tell(file uint64) int64 {
	h.t.Helper()
	return h.must(h.do(submissionOf(OpTell, file, TellArgs{})))
}

func (h *harness) simple(kind Op, file uint64) Completion {
	h.t.Helper()
	return h.do(&Submission{Op: kind, File: file})
}

func (h *harness) close(file uint64) {
	h.t.Helper()
	h.must(h.simple(OpClose, file))
}

// places runs a test on every backend and on a disk and an in-memory file system.
func places(t *testing.T, test func(t *testing.T, h *harness, dir string)) {
	backends := append(workingCandidates(t), "threadpool")
	dirs := map[string]string{"disk": "."}
	if _, err := os.Stat("/dev/shm"); err == nil {
		dirs["memory"] = "/dev/shm"
	}
	for _, b := range backends {
		for name, dir := range dirs {
			for _, inline := range []int64{-1, 0} {
				label := fmt.Sprintf("%s/%s/inline=%d", b, name, inline)
				t.Run(label, func(t *testing.T) {
					t.Setenv(backendVariable, b)
					if inline >= 0 {
						Configure("inline_read_max", inline)
						t.Cleanup(ConfigureReset)
					}
					scratch, err := os.MkdirTemp(dir, "ayafileio-test-")
					if err != nil {
						t.Fatal(err)
					}
					scratch, _ = filepath.Abs(scratch)
					t.Cleanup(func() { backendtest.RemoveAll(scratch) })
					test(t, newHarness(t), scratch)
				})
			}
		}
	}
}

const (
	flagsRead      = OpenRead
	flagsCreate    = OpenWrite | OpenCreate | OpenTruncate
	flagsReadWrite = OpenRead | OpenWrite | OpenCreate
	flagsAppend    = OpenWrite | OpenCreate | OpenAppend
)

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

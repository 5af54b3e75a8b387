package core

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

// The paths of an operation without any binding. Both must not allocate; TestNoAllocations holds them to it.

type hotOp struct {
	name string
	s    *Submission
}

func hotOps(h *harness, dir string) []hotOp {
	path := filepath.Join(dir, "hot")
	put(h.t, path, strings.Repeat("x", 1<<20))
	f := h.open(path, OpenRead|OpenWrite, -1)
	h.t.Cleanup(func() { h.close(f) }) // before the directory is removed
	b := make([]byte, 4096)
	return []hotOp{
		{"read_at", submissionOf(OpReadAt, f, ReadAtArgs{Data: pointerTo(b), Length: 4096, Offset: 8192})},
		{"tell", &Submission{Op: OpTell, File: f}},
		{"seek", submissionOf(OpSeek, f, SeekArgs{Offset: 4096})},
		{"read", readSubmission(f, b[:0:0], 0)},
		{"write_small", submissionOf(OpWriteAt, f, WriteAtArgs{Data: pointerTo(b), Length: 100, Offset: 0})},
	}
}

func (h *harness) hot(s *Submission) {
	if h.start(s) {
		h.reapOne()
	}
}

func TestNoAllocations(t *testing.T) {
	for _, inline := range []int64{0, 1 << 17} {
		Configure("inline_read_max", inline)
		h := newHarness(t)
		most := 0.0
		if h.q.backend.Name() == "dispatch_io" {
			most = 30 // purego allocates for each call into C and for each callback
		}
		for _, o := range hotOps(h, backendtest.TempDir(t)) {
			if n := testing.AllocsPerRun(200, func() { h.hot(o.s) }); n > most {
				t.Errorf("%s with inline_read_max=%d: %v allocations", o.name, inline, n)
			}
		}
	}
	ConfigureReset()
}

func BenchmarkInline(b *testing.B)  { benchmarkHot(b, 1<<17) }
func BenchmarkPending(b *testing.B) { benchmarkHot(b, 0) }

func benchmarkHot(b *testing.B, inline int64) {
	Configure("inline_read_max", inline)
	defer ConfigureReset()
	h := newHarness(b)
	for _, o := range hotOps(h, backendtest.TempDir(b)) {
		b.Run(o.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.hot(o.s)
			}
		})
	}
}

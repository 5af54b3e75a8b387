package core

import (
	"path/filepath"
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// remote makes an open file one whose metadata a server has to be asked for.
func remote(t *testing.T, handle uint64) {
	t.Helper()
	f, ok := lookupFile(handle)
	if !ok {
		t.Fatal("not open")
	}
	f.traits.Store(f.traits.Load() &^ uint32(sys.TraitLocal|sys.TraitReadNowait|sys.TraitWriteNowait|sys.TraitMemory))
	f.release(nil)
}

// Where the end is has to be asked for, and what was written before counts, whether it is gathered, on its way, or has
// arrived while the question was.
func TestEndOfRemoteFiles(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		for range 50 {
			f := h.open(filepath.Join(dir, "a"), flagsReadWrite|OpenTruncate, -1)
			remote(t, f)
			h.write(f, "abcdef")
			h.seek(f, 2, seekStart) // what is gathered starts on its way
			h.write(f, "XY")
			if got := h.seek(f, 0, seekEnd); got != 6 {
				t.Fatalf("the end is at %d", got)
			}
			h.write(f, "g")
			h.seek(f, 0, seekStart)
			h.write(f, "A")
			var out Stat
			h.must(h.do(submissionOf(OpStat, f, StatArgs{Data: &out})))
			if out.Size != 7 {
				t.Fatalf("the size is %d", out.Size)
			}
			h.close(f)
			if got := get(t, filepath.Join(dir, "a")); got != "AbXYefg" {
				t.Fatalf("the file holds %q", got)
			}
		}
	})
}

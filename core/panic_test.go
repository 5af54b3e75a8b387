//go:build !race

package core

// Not under the race detector: it comes with checkptr, which ends the process at the bad pointer that this test uses
// to make the core panic.

import (
	"path/filepath"
	"testing"
	"time"
)

// A submission that panics leaves a file that fails at once, not one that stays locked.
func TestPanicReleasesTheFile(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		defer func(patience time.Duration) { lockPatience = patience }(lockPatience)
		lockPatience = 20 * time.Millisecond
		slots, path := slotsTaken(), filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, -1)
		h.write(f, "text")
		before := openDescriptors()
		func() {
			defer func() {
				if recover() == nil {
					t.Fatal("memory at nil was read")
				}
			}()
			Submit(nil, submissionOf(OpWrite, f, WriteArgs{Length: 4}), &h.c)
		}()
		h.expect(h.do(readSubmission(f, make([]byte, 1), 0)), EPOISONED)
		h.expect(h.simple(OpClose, f), EPOISONED)
		if after := openDescriptors(); before > 0 && after != before-1 {
			t.Fatalf("%d descriptors, %d before the close", after, before)
		}
		nothingLeft(t, h.q, slots)
	})
}

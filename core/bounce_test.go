package core

import (
	"math/rand"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// Reads of an O_DIRECT file give the right bytes at any place, into any memory.
func TestDirectReadsAnywhere(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		var text strings.Builder
		for i := range 300_001 {
			text.WriteByte(byte('a' + i*7%26))
		}
		want := text.String()
		put(t, path, want)
		c := h.tryOpen(path, OpenRead|OpenDirect, -1)
		if c.Error == EINVAL {
			t.Skip("this file system has no O_DIRECT: ", syscall.Errno(c.Native))
		}
		f := uint64(h.must(c))
		random := rand.New(rand.NewSource(1))
		for range 300 {
			offset, n := random.Int63n(300_100), random.Intn(20_000)
			low, high := min(offset, int64(len(want))), min(offset+int64(n), int64(len(want)))
			if got := h.readAt(f, n, offset); got != want[low:high] {
				t.Fatalf("%d bytes at %d: got %d bytes", n, offset, len(got))
			}
		}
		h.seek(f, 5, 0)
		if got := h.readAll(f); got != want[5:] {
			t.Fatal(len(got))
		}
		h.close(f)
	})
}

// With the alignment of the device's own blocks a transfer of one of them is the kernel's own business: it goes there as
// it is, and what the device refuses is refused.
func TestDirectAlignmentIsAnOption(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		put(t, path, strings.Repeat("a", 512)+strings.Repeat("b", 7680))
		c := h.tryOpen(path, OpenRead|OpenWrite|OpenDirect, -1)
		if c.Error == EINVAL {
			t.Skip("this file system has no O_DIRECT: ", syscall.Errno(c.Native))
		}
		f := uint64(h.must(c))
		defer h.close(f)
		Configure("direct_alignment", 512)
		t.Cleanup(ConfigureReset)
		memory := make([]byte, 1024)
		block := memory[-uintptr(unsafe.Pointer(&memory[0]))%512:][:512]
		c = h.do(submissionOf(OpWriteAt, f, WriteAtArgs{Data: pointerTo(block), Length: 512, Offset: 512}))
		if c.Error == EINVAL {
			t.Skip("blocks of this device are larger than 512 bytes: ", syscall.Errno(c.Native))
		}
		h.must(c)
		if got := h.readAt(f, 700, 500); got != strings.Repeat("a", 12)+strings.Repeat("\x00", 512)+strings.Repeat("b", 176) {
			t.Fatalf("%q", got)
		}
	})
}

func TestBounceBlocksAreAligned(t *testing.T) {
	var pool bouncePool
	for _, size := range []int64{1, 4096, 4097, 16384, 40_000, 1 << 20, 3 << 20} {
		b := pool.take(size)
		if int64(len(b)) < size || uintptr(unsafe.Pointer(&b[0]))%directBlock != 0 {
			t.Errorf("%d: %d bytes at %p", size, len(b), &b[0])
		}
		pool.give(b)
	}
}

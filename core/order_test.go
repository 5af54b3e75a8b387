package core

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Many writes in flight on one handle land in the order of their starts, whatever their size and the buffer's.
func TestManyWritesInFlightLandInOrder(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		for _, flags := range []uint32{flagsCreate, flagsAppend} {
			for _, buffering := range []int64{-1, 16, 0} {
				path := filepath.Join(dir, fmt.Sprint("a", flags, buffering))
				f := h.open(path, flags, buffering)
				var want bytes.Buffer
				pending := 0
				for i := range 300 {
					size := 1 + i*131%3000
					if i%37 == 0 {
						size = 200_000
					}
					b := bytes.Repeat([]byte{byte(i)}, size)
					want.Write(b)
					if h.start(submissionOf(OpWrite, f, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))})) {
						pending++
					}
				}
				for range pending {
					h.must(h.reapOne())
				}
				if got := h.tell(f); got != int64(want.Len()) {
					t.Fatal(got, want.Len())
				}
				h.close(f)
				if got := get(t, path); got != want.String() {
					t.Fatalf("flags %d, buffering %d: %d bytes, want %d, or out of order", flags, buffering, len(got), want.Len())
				}
			}
		}
	})
}

// "Seek, then read" of one task is one step for the others, also while the read waits for gathered data to go out.
func TestSeekThenReadWhileDirty(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, -1)
		var text strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&text, "%04d", i)
		}
		h.write(f, text.String())
		buffers := make([][4]byte, 1000)
		pending := 0
		for i := range buffers {
			if h.start(submissionOf(OpSeek, f, SeekArgs{Offset: int64(4 * (i * 7 % 1000))})) {
				t.Fatal("a seek waits for nothing")
			}
			if h.start(readSubmission(f, buffers[i][:], 0)) {
				pending++
			}
			if i == 500 {
				h.start(submissionOf(OpSeek, f, SeekArgs{Offset: 2000}))
				b := []byte("0500")
				if h.start(submissionOf(OpWrite, f, WriteArgs{Data: pointerTo(b), Length: 4})) {
					pending++
				}
			}
		}
		for range pending {
			h.must(h.reapOne())
		}
		for i, b := range buffers {
			if want := fmt.Sprintf("%04d", i*7%1000); string(b[:]) != want {
				t.Fatalf("read %d brought %q, want %q", i, b, want)
			}
		}
		h.close(f)
	})
}

func TestStreamsReadToTheirEnd(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		in, out := h.pipe()
		want := strings.Repeat("0123456", 43_000)
		go func() {
			for at := 0; at < len(want); at += 7001 {
				out.WriteString(want[at:min(at+7001, len(want))])
				if at%3 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
			out.Close()
		}()
		if got := h.readAll(in); got != want {
			t.Fatalf("%d bytes, want %d, or out of order", len(got), len(want))
		}
		h.close(in)
	})
}

// On a stream that goes both ways a write does not queue behind a read that waits for an answer.
func TestBothDirectionsOfAStream(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		ends := socketPair(t)
		f := uint64(h.must(h.do(submissionOf(OpWrap, 0, WrapArgs{FD: int64(ends[0]), Flags: OpenRead | OpenWrite | WrapOwnsFD, Buffering: 0, Position: -1}))))
		peer := os.NewFile(uintptr(ends[1]), "peer")
		defer peer.Close()
		go func() {
			b := make([]byte, 4)
			if n, _ := peer.Read(b); n == 4 {
				peer.WriteString("pong-again")
			}
		}()
		a, b := make([]byte, 4), make([]byte, 6)
		if !h.start(readSubmission(f, a, 0)) || !h.start(readSubmission(f, b, 0)) {
			t.Fatal("nothing to read yet")
		}
		h.q.Flush()
		ping := writeSubmission(f, "ping")
		expected := 2
		if h.start(ping) {
			expected++
		}
		for range expected {
			h.must(h.reapOne())
		}
		if string(a) != "pong" || string(b) != "-again" {
			t.Fatalf("%q %q", a, b)
		}
		h.close(f)
	})
}

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

// Writes that wait are cancelled in the order of their starts; what is written next follows what was written before.
func TestCancelledWritesLeaveNoHole(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsCreate, 16)
		var tokens []uint64
		pending, accepted := 0, 0
		for i := range 12 {
			b := bytes.Repeat([]byte{byte('a' + i)}, 10)
			if h.start(submissionOf(OpWrite, f, WriteArgs{Data: pointerTo(b), Length: 10})) {
				pending++
				if h.c.Token != 0 {
					tokens = append(tokens, h.c.Token)
				}
			} else {
				accepted++
			}
		}
		for _, token := range tokens {
			h.q.Cancel(token)
		}
		for range pending {
			if c := h.reapOne(); c.Error == EOK {
				accepted++
			}
		}
		at := h.tell(f)
		h.write(f, "end")
		h.close(f)
		got := get(t, path)
		// A hole can only be in front of a write that was accepted.
		if int64(len(got)) != at+3 || strings.HasSuffix(got, "\x00end") || len(got) < 10*accepted {
			t.Fatalf("position %d, %d writes accepted: %q", at, accepted, got)
		}
	})
}

// "Seek, then read a line" of one task is one step for the others, also while another line is on its way.
func TestSeekThenLineInFlight(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		var text strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&text, "%04d\n", i)
		}
		put(t, path, text.String())
		f := h.open(path, flagsReadWrite, -1)
		h.seek(f, 2000*5, 0)
		h.write(f, "makes the lines wait for a push")
		buffers := make([][16]byte, 50)
		rest := make([][3]byte, 50)
		pending := 0
		for i := range buffers {
			h.seek(f, int64(5*(i*7)), 0)
			if h.start(submissionOf(OpReadLines, f, ReadLinesArgs{Data: pointerTo(buffers[i][:]), Length: 16, LinesMax: 1})) {
				pending++
			}
		}
		for range pending {
			h.must(h.reapOne())
		}
		for i, b := range buffers {
			if want := fmt.Sprintf("%04d\n", i*7); string(b[:5]) != want {
				t.Fatalf("line %d is %q, want %q", i, b, want)
			}
		}
		// And reads that were started behind a line go on where it ends.
		h.seek(f, 0, 0)
		pending = 0
		if h.start(submissionOf(OpReadLines, f, ReadLinesArgs{Data: pointerTo(buffers[0][:]), Length: 16, LinesMax: 1})) {
			pending++
		}
		for i := range rest {
			if h.start(readSubmission(f, rest[i][:], 0)) {
				pending++
			}
		}
		for range pending {
			h.must(h.reapOne())
		}
		for i, b := range rest {
			if want := text.String()[5+3*i:][:3]; string(b[:]) != want {
				t.Fatalf("read %d is %q, want %q", i, b, want)
			}
		}
		h.close(f)
	})
}

// What waits for a push is not held up by those who go on writing meanwhile.
func TestSteadyWriterHoldsNobodyUp(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		f := h.open(filepath.Join(dir, "a"), flagsReadWrite, -1)
		b := make([]byte, 4)
		for _, waits := range []*Submission{
			{Op: OpFlush, File: f},
			submissionOf(OpReadAt, f, ReadAtArgs{Data: pointerTo(b), Length: 4}),
			readSubmission(f, b, 0),
		} {
			h.write(f, "text")
			waits.UserData = 7
			if !h.start(waits) {
				continue
			}
			var out [8]Completion
			for i := 0; ; i++ {
				done := false
				for _, c := range out[:h.q.Reap(out[:])] {
					done = done || c.UserData == 7
				}
				if done {
					break
				}
				if i == 20_000 {
					t.Fatalf("%v never ends", waits.Op)
				}
				h.write(f, "more")
				h.q.Wait(time.Millisecond)
			}
		}
		h.close(f)
	})
}

package core

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWriteThenRead(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, -1)
		h.write(f, "hello ")
		h.write(f, "world\n")
		if got := h.tell(f); got != 12 {
			t.Fatal(got)
		}
		h.seek(f, 6, 0)
		if got := h.read(f, 100); got != "world\n" {
			t.Fatalf("%q", got)
		}
		if got := h.readAt(f, 5, 0); got != "hello" {
			t.Fatalf("%q", got)
		}
		h.writeAt(f, "J", 0)
		h.seek(f, 0, 0)
		if got := h.readAll(f); got != "Jello world\n" {
			t.Fatalf("%q", got)
		}
		h.close(f)
		if got := get(t, path); got != "Jello world\n" {
			t.Fatalf("%q", got)
		}
		h.expect(h.simple(OpTell, f), EBADF)
	})
}

func TestGatheredDataIsSeenAndOrdered(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, 16)
		var want strings.Builder
		for i := range 200 {
			text := strings.Repeat(string(rune('a'+i%26)), i%40)
			want.WriteString(text)
			h.write(f, text)
			if i%17 == 0 {
				if got := h.readAt(f, 1<<16, 0); got != want.String() {
					t.Fatalf("step %d: %q, want %q", i, got, want.String())
				}
			}
		}
		h.seek(f, 3, 0)
		h.write(f, "XY")
		h.seek(f, 0, 0)
		text := want.String()
		text = text[:3] + "XY" + text[5:]
		if got := h.readAll(f); got != text {
			t.Fatalf("%q, want %q", got, text)
		}
		h.close(f)
		if got := get(t, path); got != text {
			t.Fatalf("%q", got)
		}
	})
}

func TestAppendersDoNotOverwrite(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		put(t, path, "0")
		a, b := h.open(path, flagsAppend, 0), h.open(path, flagsAppend, -1)
		h.write(b, "b")
		h.write(a, "a")
		h.must(h.simple(OpFlush, b))
		h.write(a, "A")
		if got := h.tell(a); got != 4 {
			t.Fatal(got)
		}
		h.close(a)
		h.close(b)
		if got := get(t, path); got != "0abA" {
			t.Fatalf("%q", got)
		}
	})
}

func TestManyReadsInFlightAreDisjoint(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		const pieces, size = 500, 100
		var text strings.Builder
		for i := range pieces {
			text.WriteString(strings.Repeat(string(rune('!'+i%90)), size))
		}
		put(t, path, text.String())
		f := h.open(path, flagsRead, -1)
		buffers := make([][]byte, pieces)
		pending := 0
		for i := range buffers {
			buffers[i] = make([]byte, size)
			if h.start(readSubmission(f, buffers[i], 0)) {
				pending++
			} else {
				h.must(h.c)
			}
		}
		h.q.Flush()
		for range pending {
			h.must(h.reapOne())
		}
		for i, b := range buffers {
			if string(b) != text.String()[i*size:(i+1)*size] {
				t.Fatalf("piece %d is %q", i, b[:10])
			}
		}
		if got := h.tell(f); got != pieces*size {
			t.Fatal(got)
		}
		if got := h.read(f, 10); got != "" {
			t.Fatalf("%q", got)
		}
		h.close(f)
	})
}

func TestLines(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		long := strings.Repeat("x", 200_000)
		put(t, path, "one\ntwo\n\n"+long+"\nlast")
		f := h.open(path, flagsRead, -1)
		for _, want := range []string{"one\n", "two\n", "\n", long + "\n", "last", ""} {
			if got := h.lines(f, 300_000, 1); got != want {
				t.Fatalf("%d bytes, want %d", len(got), len(want))
			}
		}
		h.seek(f, 4, 0)
		if got := h.lines(f, 2, 1); got != "tw" {
			t.Fatalf("%q", got)
		}
		if got := h.read(f, 3); got != "o\n\n" {
			t.Fatalf("read after a line lost data: %q", got)
		}
		h.seek(f, 0, 0)
		if got := h.lines(f, 100, 2); got != "one\ntwo\n" {
			t.Fatalf("%q", got)
		}
		if got := h.tell(f); got != 8 {
			t.Fatal(got)
		}
		h.close(f)
	})
}

func TestGrowthIsSeen(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		put(t, path, "a\n")
		f := h.open(path, flagsRead, -1)
		for i := range 5 {
			want := "a\n"
			if i > 0 {
				out, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
				out.WriteString("more\n")
				out.Close()
				want = "more\n"
			}
			if got := h.lines(f, 100, 1); got != want {
				t.Fatalf("round %d: %q", i, got)
			}
			if got := h.readAll(f); got != "" {
				t.Fatalf("%q", got)
			}
		}
		h.close(f)
	})
}

func TestFilesWhoseSizeLies(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		f := h.open("/proc/self/status", flagsRead, -1)
		if got := h.readAll(f); !strings.Contains(got, "VmRSS") {
			t.Fatalf("%d bytes", len(got))
		}
		h.close(f)
		f = h.open("/dev/zero", flagsRead, -1)
		if got := h.read(f, 300_000); len(got) != 300_000 {
			t.Fatal(len(got))
		}
		h.close(f)
		// A size hint that is far too small: the rest comes as a spill.
		text := strings.Repeat("0123456789", 100_000)
		put(t, filepath.Join(dir, "big"), text)
		f = h.open(filepath.Join(dir, "big"), flagsRead, -1)
		b := make([]byte, 7)
		c := h.do(readSubmission(f, b, ReadToEnd))
		if h.must(c) != int64(len(text)) || c.Spill == nil {
			t.Fatalf("%+v", c)
		}
		Release(c.Spill)
		if got := h.tell(f); got != int64(len(text)) {
			t.Fatal(got)
		}
		h.close(f)
	})
}

func TestErrors(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		h.expect(h.tryOpen(filepath.Join(dir, "missing"), flagsRead, -1), ENOENT)
		h.expect(h.tryOpen(dir, flagsRead, -1), EISDIR)
		h.expect(h.tryOpen("a\x00b", flagsRead, -1), EINVAL)
		h.expect(h.tryOpen("", flagsRead, -1), ENOENT)
		path := filepath.Join(dir, "a")
		put(t, path, "text")
		h.expect(h.tryOpen(path, flagsCreate|OpenExclusive, -1), EEXIST)
		f := h.open(path, flagsRead, -1)
		h.expect(h.do(writeSubmission(f, "x")), ENOTWRITABLE)
		h.expect(h.do(submissionOf(OpSeek, f, SeekArgs{Offset: -1})), EINVAL)
		h.expect(h.do(submissionOf(OpTruncate, f, TruncateArgs{Size: 1})), ENOTWRITABLE)
		h.expect(h.do(submissionOf(OpReadAt, f, ReadAtArgs{Offset: -1, Length: 1, Data: pointerTo([]byte{0})})), EINVAL)
		h.close(f)
		f = h.open(path, OpenWrite, -1)
		h.expect(h.do(readSubmission(f, make([]byte, 1), 0)), ENOTREADABLE)
		h.close(f)
		h.expect(h.do(&Submission{Op: 9999}), ENOSYS)
		h.expect(h.do(&Submission{Op: OpTell, File: 12345}), EBADF)
		if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
			full.Close()
			f = h.open("/dev/full", OpenWrite, -1)
			h.write(f, "gathered")
			h.expect(h.simple(OpFlush, f), ENOSPC)
			h.expect(h.simple(OpClose, f), ENOSPC)
		}
	})
}

func TestTruncateAndSync(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, -1)
		h.write(f, "0123456789")
		h.must(h.do(submissionOf(OpTruncate, f, TruncateArgs{Size: 4})))
		if got := h.tell(f); got != 10 {
			t.Fatal(got)
		}
		h.write(f, "Z")
		h.must(h.simple(OpSync, f))
		h.must(h.simple(OpDatasync, f))
		if got := get(t, path); got != "0123\x00\x00\x00\x00\x00\x00Z" {
			t.Fatalf("%q", got)
		}
		h.seek(f, 2, 0)
		if got := h.must(h.do(submissionOf(OpTruncate, f, TruncateArgs{Size: -1}))); got != 2 {
			t.Fatal(got)
		}
		if got := h.seek(f, 0, 2); got != 2 {
			t.Fatal(got)
		}
		h.close(f)
	})
}

func TestManySegments(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		f := h.open(path, flagsReadWrite, -1)
		data := []byte("abcdefghij")
		var segments []Segment
		for i := range data {
			segments = append(segments, Segment{Offset: int64(9 - i), Data: pointerTo(data[i:]), Length: 1})
		}
		if got := h.must(h.do(submissionOf(OpWriteMany, f, WriteManyArgs{Segments: &segments[0], Count: uint64(len(segments))}))); got != 10 {
			t.Fatal(got)
		}
		if got := get(t, path); got != "jihgfedcba" {
			t.Fatalf("%q", got)
		}
		out := make([]byte, 12)
		segments = segments[:0]
		for i := range 6 {
			segments = append(segments, Segment{Offset: int64(2 * i), Data: pointerTo(out[2*i:]), Length: 2})
		}
		if got := h.must(h.do(submissionOf(OpReadMany, f, ReadManyArgs{Segments: &segments[0], Count: 6}))); got != 10 {
			t.Fatal(got)
		}
		if string(out[:10]) != "jihgfedcba" || segments[5].Result != 0 {
			t.Fatalf("%q %+v", out, segments[5])
		}
		h.close(f)
	})
}

func TestWrapLeavesTheDescriptorAlone(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "a")
		put(t, path, "0123456789")
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		file.Seek(4, 0)
		f := uint64(h.must(h.do(submissionOf(OpWrap, 0, WrapArgs{FD: int64(file.Fd()), Flags: OpenRead | OpenWrite, Buffering: -1, Position: -1}))))
		if got := h.read(f, 3); got != "456" {
			t.Fatalf("%q", got)
		}
		h.close(f)
		// A positional read on a synchronous handle of Windows moves the handle's position; there is no other.
		if at, err := file.Seek(0, 1); err != nil || at != 4 && runtime.GOOS != "windows" {
			t.Fatal(at, err)
		}
		h.expect(h.do(submissionOf(OpWrap, 0, WrapArgs{FD: 999_999, Flags: OpenRead, Buffering: -1})), EBADF)
	})
}

func TestPipes(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		readEnd, writeEnd := pipeEnds(t)
		wrap := func(fd int, flags uint32) uint64 {
			return uint64(h.must(h.do(submissionOf(OpWrap, 0, WrapArgs{FD: int64(fd), Flags: flags | WrapOwnsFD, Buffering: -1, Position: -1}))))
		}
		in, out := wrap(readEnd, OpenRead), wrap(writeEnd, OpenWrite)
		h.expect(h.simple(OpTell, in), ESPIPE)
		b := make([]byte, 5)
		if !h.start(readSubmission(in, b, 0)) {
			t.Fatal("a read of an empty pipe has to wait")
		}
		token := h.c.Token
		h.q.Flush()
		h.write2(out, "abc")
		if n := h.q.Reap(make([]Completion, 1)); n != 0 {
			t.Fatal("five bytes were asked for and three are there")
		}
		h.write(out, "defg\nrest")
		flush := &Submission{Op: OpFlush, File: out, UserData: 99}
		expected := 1
		if h.start(flush) {
			expected++ // the read and the flush, in either order
			h.q.Flush()
		}
		for range expected {
			if c := h.reapOne(); c.UserData != 99 && (h.must(c) != 5 || string(b) != "abcde") {
				t.Fatalf("%q", b)
			}
		}
		if h.q.Cancel(token) != ENOENT {
			t.Fatal("a completed operation cannot be cancelled")
		}
		if got := h.lines(in, 100, 1); got != "fg\n" {
			t.Fatalf("%q", got)
		}
		h.close(out)
		if got := h.readAll(in); got != "rest" {
			t.Fatalf("%q", got)
		}
		h.close(in)
	})
}

// write2 writes and pushes, to a pipe whose other end is being read on the same queue.
func (h *harness) write2(file uint64, text string) {
	h.t.Helper()
	h.write(file, text)
	s := &Submission{Op: OpFlush, File: file, UserData: 99}
	if !h.start(s) {
		h.must(h.c)
		return
	}
	if c := h.reapOne(); c.UserData != 99 {
		h.t.Fatalf("an unexpected completion: %+v", c)
	}
}

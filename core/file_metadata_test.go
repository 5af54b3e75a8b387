//go:build linux

package core

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func (h *harness) stat(file uint64) Stat {
	h.t.Helper()
	var out Stat
	h.must(h.do(submissionOf(OpStat, file, StatArgs{Data: &out})))
	return out
}

// The record says what the system's own call says, and counts what is gathered.
func TestStatAgreesWithTheSystem(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "data")
		put(t, path, "hello")
		file := h.open(path, OpenRead|OpenWrite, 4096)
		defer h.close(file)
		var want syscall.Stat_t
		if err := syscall.Stat(path, &want); err != nil {
			t.Fatal(err)
		}
		got := h.stat(file)
		if got.Inode != want.Ino || got.Device != uint64(want.Dev) || got.Mode != want.Mode || got.Links != uint64(want.Nlink) ||
			got.Uid != want.Uid || got.Gid != want.Gid || got.Size != want.Size || got.Blocks != want.Blocks || int64(got.BlockSize) != int64(want.Blksize) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got.ModifiedS != want.Mtim.Sec || int64(got.ModifiedNs) != want.Mtim.Nsec || got.ChangedS != want.Ctim.Sec || int64(got.ChangedNs) != want.Ctim.Nsec {
			t.Errorf("times: got %+v, want %+v", got, want)
		}
		h.write(file, "hello, world")
		if size := h.stat(file).Size; size != 12 {
			t.Errorf("size %d with 12 bytes gathered", size)
		}
	})
}

func TestChmodChownAndTimes(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		path := filepath.Join(dir, "data")
		file := h.open(path, OpenWrite|OpenCreate, 4096)
		defer h.close(file)
		h.must(h.do(submissionOf(OpChmod, file, ChmodArgs{Mode: 0o640})))
		if mode := h.stat(file).Mode & modeMax; mode != 0o640 {
			t.Errorf("mode %o", mode)
		}
		h.must(h.do(submissionOf(OpChown, file, ChownArgs{Uid: uint32(os.Getuid()), Gid: 0xffffffff})))
		h.write(file, "gathered") // its push must not come after the times
		h.must(h.do(submissionOf(OpSetTimes, file, SetTimesArgs{AccessedS: -5, AccessedNs: 250_000_000, ModifiedS: 1 << 31, ModifiedNs: 1000})))
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Unix(1<<31, 1000); !info.ModTime().Equal(want) || info.Size() != 8 {
			t.Errorf("modified %v, want %v; size %d", info.ModTime(), want, info.Size())
		}
		if s := h.stat(file); s.AccessedS != -5 || s.AccessedNs != 250_000_000 {
			t.Errorf("accessed %d.%09d", s.AccessedS, s.AccessedNs)
		}
		for _, bad := range []*Submission{
			submissionOf(OpChmod, file, ChmodArgs{Mode: 0o10000}),
			submissionOf(OpSetTimes, file, SetTimesArgs{ModifiedNs: 1_000_000_000}),
			submissionOf(OpStat, file, StatArgs{}),
		} {
			if status := Submit(h.q, bad, &h.c); status != refused(EINVAL) {
				t.Errorf("status %d for %+v", status, bad)
			}
		}
	})
}

func TestDirectoryAndSystemFlags(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		h.expect(h.tryOpen(dir, OpenRead, 0), EISDIR)
		file := h.open(dir, OpenRead|OpenDirectory, 0)
		if s := h.stat(file); s.Mode&syscall.S_IFMT != syscall.S_IFDIR {
			t.Errorf("mode %o", s.Mode)
		}
		h.expect(h.do(readSubmission(file, make([]byte, 8), 0)), EISDIR)
		h.expect(h.do(submissionOf(OpReadAt, file, ReadAtArgs{Data: pointerTo(make([]byte, 8)), Length: 8})), EISDIR)
		h.must(h.simple(OpSync, file))
		h.close(file)

		put(t, filepath.Join(dir, "data"), "x")
		link := filepath.Join(dir, "link")
		if err := os.Symlink("data", link); err != nil {
			t.Fatal(err)
		}
		open := func(flags uint32) Completion {
			b := []byte(link)
			return h.do(submissionOf(OpOpen, 0, OpenArgs{Path: pointerTo(b), PathLength: uint64(len(b)), Flags: OpenRead, SystemFlags: flags}))
		}
		h.expect(open(syscall.O_NOFOLLOW), ELOOP)
		h.expect(open(syscall.O_TRUNC), EINVAL)
		h.close(uint64(h.must(open(0))))
	})
}

// A device without a position still takes offsets where the system does; a pipe does not.
func TestOffsetsOfDevices(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		zero, null, full := h.open("/dev/zero", OpenRead, 0), h.open("/dev/null", OpenRead|OpenWrite, 0), h.open("/dev/full", OpenWrite, 0)
		if text := h.readAt(zero, 4, 1<<40); text != "\x00\x00\x00\x00" {
			t.Errorf("/dev/zero: %q", text)
		}
		if text := h.readAt(null, 4, 7); text != "" {
			t.Errorf("/dev/null: %q", text)
		}
		h.writeAt(null, "abc", 7)
		b := []byte("abc")
		h.expect(h.do(submissionOf(OpWriteAt, full, WriteAtArgs{Data: pointerTo(b), Length: 3, Offset: 7})), ENOSPC)
		for _, file := range []uint64{zero, null, full} {
			h.expect(h.simple(OpTell, file), ESPIPE)
			h.close(file)
		}
	})
}

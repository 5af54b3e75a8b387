//go:build linux && !(386 || arm || mips || mipsle)

package sys

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// directories are the file systems that the tests run on: the disk and the memory.
func directories(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{"disk": t.TempDir()}
	if memory, err := os.MkdirTemp("/dev/shm", "ayafileio-sys-*"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		found["memory"] = memory
	}
	return found
}

func cPath(name string) []byte { return append([]byte(name), 0) }

func mustOpen(t testing.TB, name string, flags OpenFlags) FD {
	t.Helper()
	fd, errno := Open(cPath(name), flags, 0o666)
	if errno != 0 {
		t.Fatalf("Open(%q, %b): %v", name, flags, errno)
	}
	t.Cleanup(func() { Close(fd) })
	return fd
}

func mustStat(t testing.TB, fd FD) Stat {
	t.Helper()
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 {
		t.Fatalf("Fstat: %v", errno)
	}
	return stat
}

func dataOf(b []byte) (unsafe.Pointer, int64) {
	return unsafe.Pointer(unsafe.SliceData(b)), int64(len(b))
}

func TestTransfersAndMetadata(t *testing.T) {
	for name, directory := range directories(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(directory, "naïve \xff.bin") // names are bytes, not text
			fd := mustOpen(t, path, OpenRead|OpenWrite|OpenCreate|OpenExclusive)
			if _, errno := Open(cPath(path), OpenWrite|OpenCreate|OpenExclusive, 0o666); errno != syscall.EEXIST {
				t.Fatalf("second exclusive open: %v", errno)
			}
			text := []byte("0123456789")
			data, length := dataOf(text)
			if count, errno := Pwrite(fd, data, length, 5); count != 10 || errno != 0 {
				t.Fatalf("Pwrite = %d, %v", count, errno)
			}
			if count, errno := Pwrite(fd, data, length, -1); count != 10 || errno != 0 {
				t.Fatalf("stream Pwrite = %d, %v", count, errno)
			}
			stat := mustStat(t, fd)
			if stat.Size != 15 || stat.Kind != KindRegular || stat.Links != 1 {
				t.Fatalf("stat = %+v", stat)
			}
			got := make([]byte, 32)
			data, length = dataOf(got)
			if count, errno := Pread(fd, data, length, 8); errno != 0 || !bytes.Equal(got[:count], []byte("89" + "56789")[:count]) || count != 7 {
				t.Fatalf("Pread = %q, %v", got[:count], errno)
			}
			if count, errno := Pread(fd, data, length, 15); count != 0 || errno != 0 {
				t.Fatalf("Pread at the end = %d, %v", count, errno)
			}
			if errno := Ftruncate(fd, 3); errno != 0 || mustStat(t, fd).Size != 3 {
				t.Fatalf("Ftruncate: %v", errno)
			}
			if errno := Ftruncate(fd, -1); errno != syscall.EINVAL {
				t.Fatalf("Ftruncate(-1): %v", errno)
			}
			if Fsync(fd) != 0 || Fdatasync(fd) != 0 {
				t.Fatal("sync failed")
			}
			if Isatty(fd) {
				t.Fatal("a file is not a terminal")
			}
		})
	}
}

func TestOpenFlagsAreSeenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, flags := range []OpenFlags{OpenWrite | OpenCreate, OpenRead, OpenRead | OpenWrite, OpenAppend | OpenWrite, OpenRead | OpenAppend | OpenWrite} {
		fd := mustOpen(t, path, flags)
		got, errno := Flags(fd)
		if want := flags &^ OpenCreate; got != want || errno != 0 {
			t.Errorf("Flags = %b, %v, want %b", got, errno, want)
		}
		inherited, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if inherited&unix.FD_CLOEXEC == 0 {
			t.Error("the descriptor is not close-on-exec")
		}
	}
}

func TestErrorsAreTheSystems(t *testing.T) {
	directory := t.TempDir()
	for _, test := range []struct {
		name  string
		flags OpenFlags
		want  Errno
	}{
		{"missing", OpenRead, syscall.ENOENT},
		{"", OpenWrite, syscall.EISDIR},
		{"missing/below", OpenRead | OpenCreate, syscall.ENOENT},
		{string(bytes.Repeat([]byte("x"), 300)), OpenRead, syscall.ENAMETOOLONG},
	} {
		if _, errno := Open(cPath(directory+"/"+test.name), test.flags, 0o666); errno != test.want {
			t.Errorf("Open(%.20q) = %v, want %v", test.name, errno, test.want)
		}
	}
	var stat Stat
	if errno := Fstat(FD(1<<20), &stat); errno != syscall.EBADF {
		t.Errorf("Fstat of a bad descriptor = %v", errno)
	}
	if errno := Close(FD(1 << 20)); errno != syscall.EBADF {
		t.Errorf("Close of a bad descriptor = %v", errno)
	}
}

func TestOpenCached(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "f")
	probe := mustOpen(t, path, OpenWrite|OpenCreate)
	stat := mustStat(t, probe)
	FileTraits(probe, &stat) // an unknown device is never opened inline
	open := func(name string, flags OpenFlags) Errno {
		raw := cPath(name)
		fd, errno := OpenCached(unsafe.Pointer(&raw[0]), flags, 0o666)
		if errno == 0 {
			if inherited, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); inherited&unix.FD_CLOEXEC == 0 {
				t.Error("the descriptor is not close-on-exec")
			}
			Close(fd)
		}
		return errno
	}
	fifo := filepath.Join(directory, "fifo")
	if err := unix.Mkfifo(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		flags OpenFlags
		want  Errno
	}{
		{path, OpenRead, 0},
		{path, OpenWrite | OpenAppend | OpenCreate, 0},
		{path + "new", OpenWrite | OpenCreate, EAGAIN}, // nothing is created here
		{path, OpenWrite | OpenTruncate, EAGAIN},
		{path, OpenWrite | OpenCreate | OpenExclusive, EAGAIN},
		{path + "/below", OpenRead | OpenCreate, EAGAIN},
		{fifo, OpenRead, EAGAIN}, // would wait for a writer
		{"/proc/self/stat", OpenRead, EAGAIN},
	} {
		if errno := open(test.name, test.flags); errno != test.want {
			t.Errorf("OpenCached(%q, %b) = %v, want %v", test.name, test.flags, errno, test.want)
		}
	}
	if _, err := os.Stat(path + "new"); err == nil {
		t.Error("a file was created")
	}
}

func TestReadNowait(t *testing.T) {
	for name, directory := range directories(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(directory, "f")
			if err := os.WriteFile(path, []byte("hello"), 0o666); err != nil {
				t.Fatal(err)
			}
			fd := mustOpen(t, path, OpenRead)
			stat := mustStat(t, fd)
			traits := FileTraits(fd, &stat)
			if traits&TraitSizeTrusted == 0 || traits&TraitLocal == 0 {
				t.Skipf("traits %b of an unlisted file system", traits)
			}
			if (name == "memory") != (traits&TraitMemory != 0) {
				t.Errorf("traits = %b", traits)
			}
			buffer := make([]byte, 8)
			data, length := dataOf(buffer)
			count, errno := ReadNowait(fd, data, length, 1, &traits)
			if errno != 0 || string(buffer[:count]) != "ello" {
				t.Fatalf("ReadNowait = %q, %v", buffer[:count], errno)
			}
			// The end is only an indication; the size confirms it.
			count, errno = ReadNowait(fd, data, length, 5, &traits)
			if count != 0 || errno != 0 || mustStat(t, fd).Size != 5 {
				t.Fatalf("at the end: %d, %v", count, errno)
			}
			// A real error is left to the slow path, whatever it is.
			if _, errno = ReadNowait(FD(1<<20), data, length, 0, &traits); errno != EAGAIN {
				t.Fatalf("bad descriptor: %v", errno)
			}
			if traits != FileTraits(fd, &stat) {
				t.Error("a bad descriptor changed what is known of the device")
			}
		})
	}
}

func TestDirectIsSeenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	os.WriteFile(path, make([]byte, 4096), 0o666)
	fd, errno := Open(cPath(path), OpenRead|OpenDirect, 0)
	if errno != 0 {
		t.Skipf("O_DIRECT: %v", errno)
	}
	defer Close(fd)
	if flags, _ := Flags(fd); flags != OpenRead|OpenDirect {
		t.Errorf("flags = %b", flags)
	}
}

// ext4 refuses RWF_NOWAIT for buffered writes; other file systems may do it. Either way no other device is affected.
func TestRefusalIsPerDevice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	fd := mustOpen(t, path, OpenRead|OpenWrite|OpenCreate)
	stat := mustStat(t, fd)
	traits := FileTraits(fd, &stat)
	data, length := dataOf([]byte("x"))
	if _, errno := WriteNowait(fd, data, length, 0, &traits); errno == EAGAIN && traits&TraitWriteNowait == 0 {
		if FileTraits(fd, &stat)&TraitWriteNowait != 0 {
			t.Error("the refusal was not remembered for the device")
		}
	}
	proc := mustOpen(t, "/proc/self/stat", OpenRead)
	procStat := mustStat(t, proc)
	procTraits := FileTraits(proc, &procStat)
	if procTraits&(TraitSizeTrusted|TraitLocal|TraitMemory) != 0 {
		t.Errorf("/proc has traits %b", procTraits)
	}
	buffer := make([]byte, 16)
	data, length = dataOf(buffer)
	if _, errno := ReadNowait(proc, data, length, 0, &procTraits); errno != EAGAIN || procTraits&TraitReadNowait != 0 {
		t.Errorf("/proc answered %v, traits %b", errno, procTraits)
	}
	if FileTraits(fd, &stat)&TraitReadNowait == 0 {
		t.Error("the refusal of /proc reached the disk")
	}
	if count, errno := Pread(proc, data, length, 0); count == 0 || errno != 0 || procStat.Size != 0 {
		t.Errorf("/proc: %d, %v, size %d", count, errno, procStat.Size)
	}
}

func TestPipesAreStreams(t *testing.T) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer Close(FD(ends[0]))
	stat := mustStat(t, FD(ends[0]))
	if stat.Kind != KindStream {
		t.Fatalf("kind = %v", stat.Kind)
	}
	traits := FileTraits(FD(ends[0]), &stat)
	if traits&(TraitMemory|TraitSizeTrusted) != 0 {
		t.Fatalf("traits = %b", traits)
	}
	buffer := make([]byte, 16)
	data, length := dataOf(buffer)
	if _, errno := ReadNowait(FD(ends[0]), data, length, -1, &traits); errno != EAGAIN {
		t.Fatalf("empty pipe: %v", errno)
	}
	text, size := dataOf([]byte("abc"))
	if count, errno := Pwrite(FD(ends[1]), text, size, -1); count != 3 || errno != 0 {
		t.Fatalf("Pwrite = %d, %v", count, errno)
	}
	if count, errno := Pread(FD(ends[0]), data, length, -1); count != 3 || errno != 0 {
		t.Fatalf("Pread = %d, %v", count, errno)
	}
	if _, errno := Pread(FD(ends[0]), data, length, 0); errno != ESPIPE {
		t.Fatalf("positional read of a pipe: %v", errno)
	}
	Close(FD(ends[1]))
	if count, errno := Pread(FD(ends[0]), data, length, -1); count != 0 || errno != 0 {
		t.Fatalf("end of the pipe: %d, %v", count, errno)
	}
}

func TestLongTransfersAreClamped(t *testing.T) {
	fd := mustOpen(t, filepath.Join(t.TempDir(), "f"), OpenRead|OpenWrite|OpenCreate)
	buffer := make([]byte, 8)
	data, _ := dataOf(buffer)
	// Only the file's 3 bytes are touched, so the length may exceed the buffer.
	text, size := dataOf([]byte("abc"))
	Pwrite(fd, text, size, 0)
	if count, errno := Pread(fd, data, 1<<40, 0); count != 3 || errno != 0 {
		t.Fatalf("Pread = %d, %v", count, errno)
	}
}

func TestDeviceTableFillsUpSafely(t *testing.T) {
	saved := make([]uint64, tableSize)
	for index := range table {
		saved[index] = table[index].Load()
	}
	defer func() {
		for index := range table {
			table[index].Store(saved[index])
		}
	}()
	for index := range table {
		table[index].CompareAndSwap(0, uint64(index+1)<<40|entryInUse)
	}
	fd := mustOpen(t, "/proc/self/mountinfo", OpenRead)
	stat := Stat{Dev: 0xfffff, Kind: KindRegular}
	if traits := FileTraits(fd, &stat); traits != 0 {
		t.Errorf("traits = %b with a full table", traits)
	}
	stat.Dev = 1 << 40
	if traits := FileTraits(fd, &stat); traits != 0 {
		t.Errorf("traits = %b for an impossible device", traits)
	}
}

func BenchmarkInline(b *testing.B) {
	for name, directory := range directories(b) {
		path := filepath.Join(directory, "f")
		os.WriteFile(path, make([]byte, 1<<16), 0o666)
		fd := mustOpen(b, path, OpenRead)
		stat := mustStat(b, fd)
		traits := FileTraits(fd, &stat)
		data, length := dataOf(make([]byte, 4096))
		b.Run(name+"/ReadNowait4K", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				ReadNowait(fd, data, length, 0, &traits)
			}
		})
		b.Run(name+"/Fstat", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Fstat(fd, &stat)
			}
		})
		raw := cPath(path)
		b.Run(name+"/OpenCachedClose", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				fd, errno := OpenCached(unsafe.Pointer(&raw[0]), OpenRead, 0)
				if errno != 0 {
					b.Fatal(errno)
				}
				Close(fd)
			}
		})
		b.Run(name+"/OpenClose", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				fd, _ := Open(raw, OpenRead, 0)
				Close(fd)
			}
		})
	}
}

package sys

import (
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// scratch is a directory that is removed file by file: os.RemoveAll does not work on Wine 8.
func scratch(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "ayafileio-sys-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		entries, _ := os.ReadDir(directory)
		for _, e := range entries {
			os.Remove(directory + `\` + e.Name())
		}
		os.Remove(directory)
	})
	return directory
}

func data(b []byte) (unsafe.Pointer, int64) {
	return unsafe.Pointer(unsafe.SliceData(b)), int64(len(b))
}

func open(t *testing.T, path string, flags OpenFlags) FD {
	t.Helper()
	fd, errno := Open(append([]byte(path), 0), flags, 0o666)
	if errno != 0 {
		t.Fatalf("Open(%q, %b): %v", path, flags, errno)
	}
	t.Cleanup(func() { Close(fd) })
	return fd
}

func write(t *testing.T, fd FD, text string, offset int64) {
	t.Helper()
	p, n := data([]byte(text))
	if count, errno := Pwrite(fd, p, n, offset); count != n || errno != 0 {
		t.Fatalf("Pwrite = %d, %v", count, errno)
	}
}

func content(t *testing.T, fd FD) string {
	t.Helper()
	b := make([]byte, 100)
	p, n := data(b)
	count, errno := Pread(fd, p, n, 0)
	if errno != 0 {
		t.Fatalf("Pread: %v", errno)
	}
	return string(b[:count])
}

func TestTransfersAndMetadata(t *testing.T) {
	path := scratch(t) + `\naïve 文.bin`
	fd := open(t, path, OpenRead|OpenWrite|OpenCreate|OpenExclusive)
	if _, errno := Open(append([]byte(path), 0), OpenWrite|OpenCreate|OpenExclusive, 0o666); errno != windows.ERROR_FILE_EXISTS {
		t.Errorf("second exclusive open: %v", errno)
	}
	write(t, fd, "0123456789", 5)
	write(t, fd, "end", -1) // -1 is the end, not where the last transfer stopped
	write(t, fd, "ABC", 0)
	if got := content(t, fd); got != "ABC\x00\x000123456789end" {
		t.Errorf("content %q", got)
	}
	p, n := data(make([]byte, 4))
	for _, offset := range []int64{18, 1000, 1 << 40} {
		if count, errno := Pread(fd, p, n, offset); count != 0 || errno != 0 {
			t.Errorf("Pread at %d = %d, %v", offset, count, errno)
		}
	}
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 || stat.Size != 18 || stat.Kind != KindRegular {
		t.Errorf("stat = %+v, %v", stat, errno)
	}
	if errno := Ftruncate(fd, 2); errno != 0 || content(t, fd) != "AB" {
		t.Errorf("Ftruncate: %v, %q", errno, content(t, fd))
	}
	if Fsync(fd) != 0 || Fdatasync(fd) != 0 || Isatty(fd) {
		t.Error("sync, datasync, isatty")
	}
	if flags, errno := Flags(fd); flags != OpenRead|OpenWrite || errno != 0 {
		t.Errorf("flags = %b, %v", flags, errno)
	}
}

func TestAppend(t *testing.T) {
	path := scratch(t) + `\log`
	first := open(t, path, OpenWrite|OpenAppend|OpenCreate)
	second := open(t, path, OpenRead|OpenWrite|OpenAppend)
	for range 3 {
		write(t, first, "a", -1)
		write(t, second, "b", -1)
	}
	if got := content(t, second); got != "ababab" {
		t.Errorf("content %q", got)
	}
	if flags, errno := Flags(first); flags != OpenWrite|OpenAppend || errno != 0 {
		t.Errorf("flags = %b, %v", flags, errno)
	}
	if errno := Ftruncate(first, 3); errno != 0 || content(t, second) != "aba" {
		t.Errorf("truncation of an appender: %v, %q", errno, content(t, second))
	}
}

func TestErrorsAreTheSystems(t *testing.T) {
	directory := scratch(t)
	for _, test := range []struct {
		name  string
		flags OpenFlags
		want  Errno
	}{
		{`\missing`, OpenRead, windows.ERROR_FILE_NOT_FOUND},
		{`\missing\below`, OpenWrite | OpenCreate, windows.ERROR_PATH_NOT_FOUND},
		{"\\\xff", OpenRead, windows.ERROR_INVALID_NAME},
		{``, OpenRead, EISDIR},
	} {
		if _, errno := Open(append([]byte(directory+test.name), 0), test.flags, 0o666); errno != test.want {
			t.Errorf("Open(%q) = %v, want %v", test.name, errno, test.want)
		}
	}
	fd := open(t, directory+`\f`, OpenRead|OpenCreate)
	p, n := data([]byte("x"))
	if _, errno := Pwrite(fd, p, n, 0); errno != windows.ERROR_ACCESS_DENIED {
		t.Errorf("write to a file opened for reading: %v", errno)
	}
	if errno := Ftruncate(fd, 0); errno == 0 { // Windows: ERROR_ACCESS_DENIED, Wine: ERROR_INVALID_HANDLE
		t.Error("a file opened for reading was truncated")
	}
	if errno := Close(FD(0x7ffffff0)); errno != EBADF {
		t.Errorf("close of no handle: %v", errno)
	}
}

func TestPipesAreStreams(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var stat Stat
	if errno := Fstat(FD(r.Fd()), &stat); errno != 0 || stat.Kind != KindStream {
		t.Errorf("stat = %+v, %v", stat, errno)
	}
	write(t, FD(w.Fd()), "abc", -1)
	w.Close()
	p, n := data(make([]byte, 10))
	if count, errno := Pread(FD(r.Fd()), p, n, -1); count != 3 || errno != 0 {
		t.Errorf("Pread = %d, %v", count, errno)
	}
	if count, errno := Pread(FD(r.Fd()), p, n, -1); count != 0 || errno != 0 {
		t.Errorf("the end of the pipe: %d, %v", count, errno)
	}
}

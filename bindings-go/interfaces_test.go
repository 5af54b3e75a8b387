package ayafileio

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

func TestReader(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		sizes := []int{0, 1, 511, 9000}
		if blocking.limit > 0 {
			sizes = append(sizes, 300_000)
		}
		for _, size := range sizes {
			path, content := testFile(t, size)
			f := opened(t)(Open(path))
			if err := iotest.TestReader(f, content); err != nil {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	})
}

func TestBufferedReader(t *testing.T) {
	path, content := testFile(t, 100_000)
	f := opened(t)(OpenWith(path, OpenOptions{Flag: os.O_RDWR, Buffering: 4096}))
	if err := iotest.TestReader(f, content); err != nil {
		t.Error(err)
	}
}

func TestDirFS(t *testing.T) {
	dir := testDir(t)
	for name, text := range map[string]string{"a": "first", "sub/b": strings.Repeat("second ", 100), "sub/deep/c": ""} {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bothWays(t, func(t *testing.T) {
		if err := fstest.TestFS(DirFS(dir), "a", "sub/b", "sub/deep/c"); err != nil {
			t.Error(err)
		}
	})
	if _, err := DirFS(dir).Open("../a"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a path out of the tree: %v", err)
	}
	if _, err := DirFS("").Open("a"); err == nil {
		t.Error("an empty directory is the file system's root")
	}
}

func TestErrors(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		dir := testDir(t)
		path := filepath.Join(dir, "file")
		if err := WriteFile(path, []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
		fail := func(what string, err error, want error) {
			t.Helper()
			var p *fs.PathError
			if !errors.As(err, &p) || !errors.Is(err, want) {
				t.Errorf("%s: %v (%T), want %v in a PathError", what, err, err, want)
			}
		}
		_, err := Open(filepath.Join(dir, "missing"))
		fail("missing", err, fs.ErrNotExist)
		fail("missing", err, syscall.ENOENT)
		_, err = OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		fail("exclusive", err, fs.ErrExist)
		_, err = Open(path + "/x")
		fail("below a file", err, syscall.ENOTDIR)
		_, err = Open("nul\x00byte")
		fail("NUL", err, syscall.EINVAL)
		_, err = OpenFile(path, os.O_WRONLY|os.O_RDWR, 0)
		fail("both ways", err, syscall.EINVAL)
		_, err = OpenFile(dir, os.O_WRONLY, 0)
		fail("directory", err, syscall.EISDIR)

		r := opened(t)(Open(path))
		_, err = r.Write([]byte("x"))
		fail("write of a reader", err, syscall.EBADF)
		_, err = r.WriteAt([]byte("x"), 0)
		fail("write_at of a reader", err, syscall.EBADF)
		_, err = r.ReadAt(make([]byte, 1), -1)
		fail("negative", err, errNegativeOffset)
		_, err = r.Seek(-1, io.SeekStart)
		fail("negative seek", err, syscall.EINVAL)
		_, err = r.Seek(0, 7)
		fail("whence", err, syscall.EINVAL)
		w := opened(t)(OpenFile(path, os.O_WRONLY, 0))
		_, err = w.Read(make([]byte, 1))
		fail("read of a writer", err, syscall.EBADF)
		if errors.Is(err, fs.ErrClosed) {
			t.Error("a file that is not for reading passes for closed")
		}
		fail("negative size", w.Truncate(-1), syscall.EINVAL)
		fail("negative length", w.Allocate(0, -1), syscall.EINVAL)
		d := opened(t)(Open(dir))
		_, err = d.Read(make([]byte, 1))
		fail("read of a directory", err, syscall.EISDIR)
		a := opened(t)(OpenFile(path, os.O_WRONLY|os.O_APPEND, 0))
		_, err = a.WriteAt([]byte("x"), 0)
		fail("write_at of an appender", err, syscall.EINVAL)
		if os.Getuid() != 0 {
			os.Chmod(path, 0)
			_, err = Open(path)
			fail("forbidden", err, fs.ErrPermission)
		}
	})
}

// Every method of a closed file, and of none, is an error and nothing worse.
func TestClosed(t *testing.T) {
	path, _ := testFile(t, 100)
	f, err := OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for what, err := range everyMethod(f) {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s of a closed file: %v", what, err)
		}
	}
	if f.Fd() != ^uintptr(0) || f.Name() != path {
		t.Error(f.Fd(), f.Name())
	}
	for what, err := range everyMethod(nil) {
		if !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s of nil: %v", what, err)
		}
	}
}

func TestWholeFiles(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		for _, size := range []int{0, 1, 4096, 200_000} {
			path, content := testFile(t, size)
			if got, err := ReadFile(path); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes: %d, %v", size, len(got), err)
			}
			copied := path + "copy"
			if err := WriteFile(copied, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(copied); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes written: %d, %v", size, len(got), err)
			}
		}
		if text, err := ReadFile("/proc/self/status"); err != nil || !bytes.Contains(text, []byte("Threads:")) {
			t.Errorf("a file without a size: %q, %v", text, err)
		}
	})
}

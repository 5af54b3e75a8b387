package ayafileio

import (
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// testDir is a directory of the test's own; AYAFILEIO_TEST_DIR chooses the file system.
func testDir(t testing.TB) string {
	t.Helper()
	root := os.Getenv("AYAFILEIO_TEST_DIR")
	if root == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(root, "ayafileio-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// testFile makes a file with size random bytes.
func testFile(t testing.TB, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	rand.New(rand.NewSource(int64(size))).Read(content)
	path = filepath.Join(testDir(t), "file")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// opened is a file that is closed at the end of the test.
func opened(t testing.TB) func(f *File, err error) *File {
	return func(f *File, err error) *File {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
}

// slowly makes operations take the way through the queue for the length of a test.
func slowly(t testing.TB) {
	c := Config()
	c.InlineReadMax = 0
	if err := Configure(c); err != nil {
		t.Fatal(err)
	}
	limit := blocking.limit
	blocking.limit = 0
	t.Cleanup(func() {
		ResetConfig()
		blocking.limit = limit
	})
}

// bothWays runs a test once as users have it, and once with everything through the queue.
func bothWays(t *testing.T, run func(t *testing.T)) {
	t.Run("at once", run)
	t.Run("queued", func(t *testing.T) {
		slowly(t)
		run(t)
	})
}

// everyWay runs a test on each backend that can be had here, as users have it and with everything through the queue.
func everyWay(t *testing.T, run func(t *testing.T)) {
	for _, backend := range []string{"io_uring", "threadpool"} {
		t.Run(backend, func(t *testing.T) {
			useBackend(t, backend)
			bothWays(t, run)
		})
	}
}

// useBackend makes the queues of a test use a backend.
func useBackend(t testing.TB, name string) {
	t.Helper()
	t.Setenv("AYAFILEIO_BACKEND", name)
	if info := BackendInfo(); info.Backend != name {
		t.Skip(info.Reason)
	}
	restart(t)
	t.Cleanup(func() { restart(t) })
}

// restart lets go of the queues that are open, so that the next ones are new. All files are closed.
func restart(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		theEngine.mu.Lock()
		files := theEngine.files
		theEngine.mu.Unlock()
		if files == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d files are still open", files)
		}
		runtime.GC() // those of other tests that nobody has closed
	}
	theEngine.rest()
}

// eventually waits for something that happens in its own time, on a machine that may be busy.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// directFile opens a file past the page cache, or skips the test.
func directFile(t testing.TB, path string) *File {
	t.Helper()
	f, err := OpenWith(path, OpenOptions{Flag: os.O_RDWR, Direct: true})
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this file system has no O_DIRECT")
	}
	return opened(t)(f, err)
}

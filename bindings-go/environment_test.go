package ayafileio

import (
	"math/rand"
	"os"
	"path/filepath"
	"testing"
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

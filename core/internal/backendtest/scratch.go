package backendtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TempDir is t.TempDir for systems where os.RemoveAll does not work: Wine 8 refuses the kind of deletion that it asks
// for, and then t.TempDir fails the test. This removes file by file and, where nothing is known to be wrong with
// removal, complains as t.TempDir does.
func TempDir(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "ayafileio-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var names []string
		filepath.WalkDir(directory, func(name string, _ fs.DirEntry, err error) error {
			names = append(names, name)
			return err
		})
		for _, name := range slices.Backward(names) {
			if err := os.Remove(name); err != nil {
				t.Errorf("cannot be removed: %v", err)
			}
		}
	})
	return directory
}

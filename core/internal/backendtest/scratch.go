package backendtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TempDir is t.TempDir for systems where os.RemoveAll does not work.
func TempDir(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "ayafileio-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := RemoveAll(directory); err != nil {
			t.Error(err)
		}
	})
	return directory
}

// RemoveAll removes a directory file by file: Wine 8 refuses the kind of deletion that os.RemoveAll asks for.
func RemoveAll(directory string) error {
	var names []string
	filepath.WalkDir(directory, func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	})
	var failure error
	for _, name := range slices.Backward(names) {
		if err := os.Remove(name); err != nil && failure == nil {
			failure = err
		}
	}
	return failure
}

// Package repo knows where things are in the working tree and in the build folder.
package repo

import (
	"errors"
	"os"
	"path/filepath"
)

// Root is the absolute path of the working tree.
type Root string

// Find looks for the folder of go.work, from the current one upwards.
func Find() (Root, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return Root(at), nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", errors.New("no go.work here or above: run this from the repository")
		}
		at = parent
	}
}

// Path of something in the working tree.
func (r Root) Path(elements ...string) string {
	return filepath.Join(append([]string{string(r)}, elements...)...)
}

// Build is a path in the git-ignored folder that holds everything built or installed.
func (r Root) Build(elements ...string) string {
	return filepath.Join(append([]string{string(r), "build"}, elements...)...)
}

// Library is the shared library that users get; TestLibrary has the test-only operations too.
func (r Root) Library() string     { return r.Build("lib", "libayafileio.so") }
func (r Root) TestLibrary() string { return r.Build("lib-test", "libayafileio.so") }

// Modules are the folders of the Go modules.
func Modules() []string { return []string{"bindings-go", "capi", "ci", "core", "gen"} }

// Exists says whether a path of the working tree is there.
func (r Root) Exists(elements ...string) bool {
	_, err := os.Stat(r.Path(elements...))
	return err == nil
}

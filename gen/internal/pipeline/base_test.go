package pipeline

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const repository = "../../.."

// filesBelow reads a directory into layers of a tree.
func filesBelow(t *testing.T, dir, pattern string) []archive.File {
	t.Helper()
	names, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s in %s: %v, %d files", pattern, dir, err, len(names))
	}
	var out []archive.File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, archive.File{Name: name, Data: data})
	}
	return out
}

// base is the smallest specification that is accepted, with the real schemas.
func base(t *testing.T) []archive.File {
	return append(filesBelow(t, "../../testdata/base", "spec/*.yaml"), filesBelow(t, repository, "spec/schema/*.json")...)
}

// render runs the pipeline and gives its output by path.
func render(t *testing.T, layers ...[]archive.File) map[string]string {
	t.Helper()
	files, err := Run(archive.Tree(layers...))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Path] = string(f.Data)
	}
	return out
}

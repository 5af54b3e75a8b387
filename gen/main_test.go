package main

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/pipeline"
)

// The committed files are what the specification makes of them.
func TestTheRepositoryIsFresh(t *testing.T) {
	if err := run(true); err != nil {
		t.Error(err)
	}
}

// A generated file says so in its first line, ends its lines with LF alone, and is marked for reviewers.
func TestGeneratedFilesAreMarked(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	files, err := pipeline.Run(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	attributes, err := os.ReadFile(filepath.Join(root, ".gitattributes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		first, _, _ := bytes.Cut(f.Data, []byte("\n"))
		if !bytes.Contains(first, []byte(output.Marker)) {
			t.Errorf("%s: no marker in the first line", f.Path)
		}
		if bytes.Contains(f.Data, []byte("\r")) || !bytes.HasSuffix(f.Data, []byte("\n")) || bytes.HasSuffix(f.Data, []byte("\n\n")) {
			t.Errorf("%s: lines must end with one LF, the file too", f.Path)
		}
		if !marked(string(attributes), f.Path) {
			t.Errorf("%s: no line of .gitattributes says linguist-generated", f.Path)
		}
	}
}

func marked(attributes, file string) bool {
	for _, line := range strings.Split(attributes, "\n") {
		pattern, ok := strings.CutSuffix(line, " linguist-generated=true")
		if !ok {
			continue
		}
		base, _ := path.Match(pattern, path.Base(file))
		folder := strings.Contains("/"+file, strings.TrimSuffix(strings.TrimPrefix(pattern, "**"), "**"))
		if pattern == file || base || strings.HasPrefix(pattern, "**/") && folder {
			return true
		}
	}
	return false
}

package pipeline

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
)

// Each archive below testdata/golden is the smallest specification that shows one construct: the comment says which
// generated files show it, the files below spec/ are laid over testdata/base, the others are what must come out.
// `go test ./gen/... -update` rewrites what must come out.
func TestGolden(t *testing.T) {
	paths, _ := filepath.Glob("../../testdata/golden/*.txt")
	if len(paths) == 0 {
		t.Fatal("no golden files")
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			comment, files := archive.Parse(data)
			var input, want []archive.File
			for _, f := range files {
				if strings.HasPrefix(f.Name, "spec/") && strings.HasSuffix(f.Name, ".yaml") {
					input = append(input, f)
				} else {
					want = append(want, f)
				}
			}
			got := render(t, base(t), input)
			if *update {
				rewrite(t, path, comment, input, got)
				return
			}
			if len(want) == 0 {
				t.Fatal("nothing is expected: run with -update")
			}
			for _, f := range want {
				if got[f.Name] != string(f.Data) {
					t.Errorf("%s differs:\n%s", f.Name, firstDifference(string(f.Data), got[f.Name]))
				}
			}
		})
	}
}

// rewrite keeps the input and replaces the output; the comment's line "shows: …" names the files worth keeping.
func rewrite(t *testing.T, path, comment string, input []archive.File, got map[string]string) {
	_, list, ok := strings.Cut(comment, "shows:")
	if !ok {
		t.Fatal("the comment needs a line `shows: path path …`")
	}
	files := append([]archive.File(nil), input...)
	for _, name := range strings.Fields(list) {
		if _, ok := got[name]; !ok {
			t.Fatalf("%s is not generated", name)
		}
		files = append(files, archive.File{Name: name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(path, archive.Format(comment, files), 0o644); err != nil {
		t.Fatal(err)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return "  line " + strconv.Itoa(i+1) + "\n  want " + a + "\n  got  " + b
		}
	}
	return "  only at the very end"
}

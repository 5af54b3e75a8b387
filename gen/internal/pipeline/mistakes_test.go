package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
)

// Each archive below testdata/mistakes is a specification with one mistake and the report it must get, with file and
// line. `go test ./gen/... -update` rewrites the reports.
func TestMistakes(t *testing.T) {
	paths, _ := filepath.Glob("../../testdata/mistakes/*.txt")
	if len(paths) == 0 {
		t.Fatal("no mistakes")
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			comment, files := archive.Parse(data)
			var input []archive.File
			want := ""
			for _, f := range files {
				if f.Name == "report" {
					want = string(f.Data)
				} else {
					input = append(input, f)
				}
			}
			_, err = Run(archive.Tree(base(t), input))
			if err == nil {
				t.Fatal("accepted")
			}
			got := err.Error() + "\n"
			if *update {
				files := append(input, archive.File{Name: "report", Data: []byte(got)})
				if err := os.WriteFile(path, archive.Format(comment, files), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("report:\n%swant:\n%s", got, want)
			}
		})
	}
}

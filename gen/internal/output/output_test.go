package output

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func write(t *testing.T, root, path, text string) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCompareFindsStaleMissingAndLeftOver(t *testing.T) {
	root := t.TempDir()
	mark := "// " + Marker + "api.yaml; DO NOT EDIT.\n"
	write(t, root, "core/fresh.gen.go", mark+"same")
	write(t, root, "core/stale.gen.go", mark+"old")
	write(t, root, "core/gone.gen.go", mark)
	write(t, root, "docs/quoted.md", "A line below the first may say\n"+mark)
	write(t, root, "gen/testdata/golden/x.h", mark)
	write(t, root, "build/cache/x.go", mark)
	write(t, root, "bindings-python/build/lib/x.pyi", mark)
	write(t, root, ".git/x.go", mark)
	files := []File{{"core/fresh.gen.go", []byte(mark + "same")}, {"core/stale.gen.go", []byte(mark + "new")}, {"capi/missing.gen.go", []byte(mark)}}
	got, err := Compare(root, files)
	want := []Difference{{"capi/missing.gen.go", Missing}, {"core/gone.gen.go", LeftOver}, {"core/stale.gen.go", Stale}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, %v; want %v", got, err, want)
	}
	if err := Apply(root, files, got); err != nil {
		t.Fatal(err)
	}
	if got, err := Compare(root, files); err != nil || len(got) != 0 {
		t.Fatalf("after writing: %v, %v", got, err)
	}
}

func TestAFileIsGeneratedOnce(t *testing.T) {
	if _, err := Compare(t.TempDir(), []File{{Path: "a"}, {Path: "a"}}); err == nil {
		t.Error("accepted twice")
	}
}

package pipeline

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
)

// The lists whose order means nothing. All others (arguments, fields, parameters, methods, sections) are ordered.
var unordered = map[string]bool{
	"common_errors": true, "constants": true, "darwin": true, "errors": true, "file_errors": true, "functions": true,
	"linux": true, "operations": true, "options": true, "posix": true, "structs": true, "unix": true, "values": true,
	"windows": true,
}

// The order of keys, and of lists where it means nothing, must not show in the output.
func TestShuffledInputGivesTheSameOutput(t *testing.T) {
	real := filesBelow(t, repository, "spec/*.yaml")
	schemas := filesBelow(t, repository, "spec/schema/*.json")
	want := render(t, real, schemas)
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 1))
		var shuffled []archive.File
		for _, f := range real {
			shuffled = append(shuffled, archive.File{Name: f.Name, Data: shuffle(t, f, random)})
		}
		got := render(t, shuffled, schemas)
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d files instead of %d", seed, len(got), len(want))
		}
		for path := range want {
			if got[path] != want[path] {
				t.Errorf("seed %d: %s differs:\n%s", seed, path, firstDifference(want[path], got[path]))
			}
		}
	}
}

func shuffle(t *testing.T, f archive.File, random *rand.Rand) []byte {
	var document yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(f.Data, &document, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	// The functions of python.yaml and node.yaml are in the order of the reference page.
	ordered := strings.HasSuffix(f.Name, "python.yaml") || strings.HasSuffix(f.Name, "node.yaml")
	data, err := yaml.Marshal(walk(document, "", ordered, random))
	if err != nil {
		t.Fatal(err)
	}
	if string(data) == string(f.Data) {
		t.Fatalf("%s was not shuffled", f.Name)
	}
	return data
}

func walk(v any, key string, ordered bool, random *rand.Rand) any {
	switch v := v.(type) {
	case yaml.MapSlice:
		for i := range v {
			v[i].Value = walk(v[i].Value, v[i].Key.(string), ordered, random)
		}
		random.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
	case []any:
		for i := range v {
			v[i] = walk(v[i], "", ordered, random)
		}
		if unordered[key] && !ordered {
			random.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		}
	}
	return v
}

package tasks

import (
	"context"
	"debug/elf"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

const symbolPrefix = "aya_"

// symbols compares what the library exports with the functions of the specification, in both directions: a missing
// one breaks bindings, and a surplus one would become a promise that nobody made.
func (p *Plan) symbols(_ context.Context, out *step.Output) error {
	content, err := os.ReadFile(p.Root.Path("spec", "functions.yaml"))
	if err != nil {
		return err
	}
	var spec struct {
		Functions []struct {
			Name string `yaml:"name"`
		} `yaml:"functions"`
	}
	if err := yaml.Unmarshal(content, &spec); err != nil {
		return err
	}
	want := map[string]bool{}
	for _, f := range spec.Functions {
		want[symbolPrefix+f.Name] = true
	}
	library, err := elf.Open(p.Root.Library())
	if err != nil {
		return err
	}
	defer library.Close()
	exported, err := library.DynamicSymbols()
	if err != nil {
		return err
	}
	got := map[string]bool{}
	for _, s := range exported {
		if s.Section != elf.SHN_UNDEF && strings.HasPrefix(s.Name, symbolPrefix) {
			got[s.Name] = true
		}
	}
	wrong := 0
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !got[name] {
			out.Printf("%s is in spec/functions.yaml but not exported", name)
			wrong++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !want[name] {
			out.Printf("%s is exported but not in spec/functions.yaml", name)
			wrong++
		}
	}
	if wrong > 0 || len(want) == 0 {
		return fmt.Errorf("%d differences between %d specified and %d exported functions", wrong, len(want), len(got))
	}
	out.Note("%d functions", len(want))
	return nil
}

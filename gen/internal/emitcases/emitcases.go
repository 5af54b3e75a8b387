// Package emitcases prints what the conformance runners are told beside the cases: for each language a dispatch that
// says every step through that language's public surface, and for C the cases themselves, as tables of the header's own
// types.
package emitcases

import (
	"fmt"
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// Emit prints every runner's dispatch.
func Emit(s *ir.Spec) ([]output.File, error) {
	if len(s.Conformance.Cases) == 0 {
		return nil, nil
	}
	runner, err := core(s)
	if err != nil {
		return nil, err
	}
	out := []output.File{cTables(s), runner}
	for _, surface := range s.Conformance.Surfaces {
		if print := languages[surface.Binding]; print != nil {
			f, err := print(surface, s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", surface.Binding, err)
			}
			out = append(out, f)
		}
	}
	return out, nil
}

var languages = map[string]func(*ir.Surface, *ir.Spec) (output.File, error){"python": python, "node": node, "go": goCalls}

// sortedKeys keeps the output the same from run to run.
func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for key := range m {
		out = append(out, key)
	}
	sort.Strings(out)
	return out
}

// say writes a call with its values in the form of a language.
func say(c *ir.Call, file string, argument func(ir.Part) string) string {
	var b strings.Builder
	for _, part := range c.Text {
		switch {
		case part.File:
			b.WriteString(file)
		case part.Arg != "":
			b.WriteString(argument(part))
		default:
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

package emitjson

import (
	"bytes"
	"encoding/json"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// conformance prints spec/conformance.gen.json, the cases for the runners: one case per line, so that a change of one
// shows as one.
func conformance(s *ir.Spec) ([]output.File, error) {
	if len(s.Conformance.Cases) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	write := func(before string, value any) error {
		b.WriteString(before)
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(value)
		b.Truncate(b.Len() - 1) // the encoder's line end
		return err
	}
	if err := write(`{ "generated": `, output.Marker+"conformance; DO NOT EDIT."); err != nil {
		return nil, err
	}
	if err := write(",\n\"expectations\": ", s.Conformance.Expectations); err != nil {
		return nil, err
	}
	if err := write(",\n\"cannot\": ", cannot(s)); err != nil {
		return nil, err
	}
	separator := ",\n\"cases\": {\n"
	for _, c := range s.Conformance.Cases {
		if err := write(separator, c.Name); err != nil {
			return nil, err
		}
		if err := write(": ", c.Body); err != nil {
			return nil, err
		}
		separator = ",\n"
	}
	b.WriteString("\n}\n}\n")
	return []output.File{{Path: "spec/conformance.gen.json", Data: b.Bytes()}}, nil
}

// cannot is, by binding and case, why a surface cannot say a case.
func cannot(s *ir.Spec) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, c := range s.Conformance.Cases {
		for binding, reason := range c.Cannot {
			if out[binding] == nil {
				out[binding] = map[string]string{}
			}
			out[binding][c.Name] = reason
		}
	}
	return out
}

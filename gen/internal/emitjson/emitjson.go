// Package emitjson prints the resolved specification as data, for programs that run conformance cases: they need
// names, numbers and meanings, and should not have to read YAML or repeat what was resolved.
package emitjson

import (
	"bytes"
	"encoding/json"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

type document struct {
	Generated  string           `json:"generated"`
	ABIVersion int64            `json:"abi_version"`
	Operations []operation      `json:"operations"`
	Constants  []constants      `json:"constants"`
	Errors     []errorRow       `json:"errors"`
	Options    []option         `json:"options"`
	Sizes      map[string]int64 `json:"sizes"`
}

type operation struct {
	Name   string   `json:"name"`
	Number int64    `json:"number"`
	Scope  string   `json:"scope"`
	Build  string   `json:"build,omitempty"`
	Args   []field  `json:"args"`
	Result result   `json:"result"`
	Errors []string `json:"errors"`
	Inline string   `json:"inline"`
}

type field struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Offset int64    `json:"offset"`
	Unit   string   `json:"unit,omitempty"`
	Flags  []string `json:"flags,omitempty"`
	Enum   string   `json:"enum,omitempty"`
}

type result struct {
	Kind string `json:"kind"`
	Unit string `json:"unit,omitempty"`
}

type constants struct {
	Name   string           `json:"name"`
	Flags  bool             `json:"flags"`
	Values map[string]int64 `json:"values"`
}

type errorRow struct {
	Name    string              `json:"name"`
	Number  int64               `json:"number"`
	Message string              `json:"message"`
	Native  map[string][]string `json:"native,omitempty"`
	Python  string              `json:"python"`
	Node    string              `json:"node"`
	Go      string              `json:"go,omitempty"`
}

type option struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Default  int64  `json:"default"`
	Min      int64  `json:"min"`
	Max      int64  `json:"max"`
	Unit     string `json:"unit,omitempty"`
	Platform string `json:"platform"`
}

// Emit prints spec/api.gen.json and, where there are cases, spec/conformance.gen.json.
func Emit(s *ir.Spec) ([]output.File, error) {
	d := document{Generated: output.Marker + "*.yaml; DO NOT EDIT.", ABIVersion: s.ABIVersion, Sizes: map[string]int64{}}
	for _, o := range s.Operations {
		d.Operations = append(d.Operations, convert(o, ""))
	}
	for _, o := range s.TestOps {
		d.Operations = append(d.Operations, convert(o, "test"))
	}
	for _, g := range s.Groups {
		c := constants{Name: g.Names.Snake, Flags: g.Flags, Values: map[string]int64{}}
		for _, v := range g.Values {
			c.Values[v.Names.Snake] = v.Number
		}
		d.Constants = append(d.Constants, c)
	}
	for _, e := range s.Errors {
		d.Errors = append(d.Errors, row(e))
	}
	for _, o := range s.Options {
		kind := "integer"
		if o.Switch {
			kind = "switch"
		}
		d.Options = append(d.Options, option{o.Names.Snake, kind, o.Default, o.Min, o.Max, o.Unit, o.Platform})
	}
	for _, st := range s.Structs {
		d.Sizes[st.Names.Snake] = st.Size
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, err
	}
	// The marker belongs into the first line, and JSON has no comments.
	data := bytes.Replace(b.Bytes(), []byte("{\n  "), []byte("{ "), 1)
	cases, err := conformance(s)
	return append(cases, output.File{Path: "spec/api.gen.json", Data: data}), err
}

func convert(o *ir.Operation, build string) operation {
	out := operation{
		Name: o.Names.Snake, Number: o.Number, Scope: "none", Build: build, Args: []field{}, Errors: []string{}, Inline: o.Inline,
		Result: result{o.Result.Kind, o.Result.Unit},
	}
	if o.OnFile {
		out.Scope = "file"
	}
	for _, f := range o.Args.Fields {
		if f.Reserved {
			continue
		}
		a := field{Name: f.Names.Snake, Type: f.Type.Spec, Offset: f.Offset, Unit: f.Unit}
		for _, g := range f.Groups {
			a.Flags = append(a.Flags, g.Names.Snake)
		}
		if f.Enum != nil {
			a.Enum = f.Enum.Names.Snake
		}
		out.Args = append(out.Args, a)
	}
	for _, e := range o.Errors {
		out.Errors = append(out.Errors, e.Name)
	}
	return out
}

func row(e *ir.Error) errorRow {
	out := errorRow{Name: e.Name, Number: e.Number, Message: e.Message, Python: e.Python, Node: e.Node, Go: e.Go}
	for _, system := range ir.Systems {
		for _, n := range e.Native[system] {
			if out.Native == nil {
				out.Native = map[string][]string{}
			}
			out.Native[string(system)] = append(out.Native[string(system)], n.Name)
		}
	}
	return out
}

// Package conformance is what runners of the conformance cases that are written in Go have in common: reading the
// cases, the bytes that a case describes, and the stage on which it is played. It is for tests, and knows nothing of
// the core's own operations.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Case is one file of spec/conformance; its schema, spec/schema/conformance.schema.json, says what each part means.
type Case struct {
	Requires []string         `json:"requires"`
	Faults   string           `json:"faults"`
	Seed     int64            `json:"seed"`
	Options  map[string]int64 `json:"options"`
	Files    map[string]any   `json:"files"`
	MustFail bool             `json:"must_fail"`
	Steps    []map[string]any `json:"steps"`
}

// Expectation is a known difference.
type Expectation struct {
	Case, Binding, Backend, System, Outcome, Reason string
}

// Suite is spec/conformance.gen.json.
type Suite struct {
	Cases        map[string]Case              `json:"cases"`
	Cannot       map[string]map[string]string `json:"cannot"`
	Expectations []Expectation                `json:"expectations"`
}

// ReadJSON reads a generated document. Numbers stay as they are written: offsets need all 64 bits.
func ReadJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// Names are all cases, sorted.
func (s *Suite) Names() []string {
	var names []string
	for name := range s.Cases {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// emulator is what plays this system where it is not itself, and has differences of its own.
var emulator = system

// Known is what is known to differ; the zero value when nothing is.
func (s *Suite) Known(name, binding, backend string) Expectation {
	for _, e := range s.Expectations {
		if e.Case == name && e.Binding == binding && (e.Backend == "" || e.Backend == backend) && (e.System == "" || e.System == system || e.System == emulator) {
			return e
		}
	}
	return Expectation{}
}

// Judge compares what a run gave with what is expected of it. An unexpected pass is as wrong as an unexpected failure.
func (c *Case) Judge(known Expectation, failure error) error {
	switch {
	case c.MustFail && failure == nil:
		return fmt.Errorf("passed, although the case is wrong on purpose: the runner sees nothing")
	case c.MustFail:
		return nil
	case known.Outcome == "fails" && failure == nil:
		return fmt.Errorf("passed, although it is expected to fail (%s): remove the expectation", known.Reason)
	case known.Outcome == "fails":
		return nil
	}
	return failure
}

// Number reads an integer of the specification. One above the largest signed number keeps its bits.
func Number(v any) int64 {
	text, _ := v.(json.Number)
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n
	}
	n, _ := strconv.ParseUint(string(text), 10, 64)
	return int64(n)
}

// Words are a list of names.
func Words(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, item := range list {
		out = append(out, fmt.Sprint(item))
	}
	return out
}

// Bytes makes up the bytes that the specification describes.
func Bytes(v any) []byte {
	m, ok := v.(map[string]any)
	if !ok {
		text, _ := v.(string)
		return []byte(text)
	}
	if m["hex"] != nil {
		var out []byte
		fmt.Sscanf(m["hex"].(string), "%x", &out)
		return out
	}
	if m["zeros"] != nil {
		return make([]byte, Number(m["zeros"]))
	}
	if m["repeat"] != nil {
		return bytes.Repeat([]byte(m["repeat"].(string)), int(Number(m["count"])))
	}
	out := make([]byte, Number(m["pattern"]))
	first := Number(m["offset"])
	for i := range out {
		o := first + int64(i)
		out[i] = byte(o ^ o>>8 ^ (o>>16)*31)
	}
	return out
}

// Compare says where bytes differ.
func Compare(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("%d bytes instead of %d, different from byte %d on: %.40q", len(got), len(want), at, got[min(at, len(got)):])
}

// Allowed are the errors that an expectation names under a key, with "none" for success; without one there must be none.
func Allowed(expect map[string]any, key string) []string {
	switch want := expect[key].(type) {
	case string:
		return []string{want}
	case []any:
		return Words(want)
	}
	return []string{"none"}
}

// ExpectError compares an error's name, or "none", with what is allowed under a key.
func ExpectError(expect map[string]any, key, got string) error {
	if allowed := Allowed(expect, key); !slices.Contains(allowed, got) {
		return fmt.Errorf("%s is %s, want %s", key, got, strings.Join(allowed, " or "))
	}
	return nil
}

// Line is what a runner prints of one case.
func Line(name string, failure error) string {
	if failure == nil {
		return "passed\t" + name + "\n"
	}
	return "failed\t" + name + "\t" + strings.ReplaceAll(failure.Error(), "\n", " ") + "\n"
}

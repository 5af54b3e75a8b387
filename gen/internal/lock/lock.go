// Package lock guards the ABI: spec/abi.lock lists every number and layout that was ever published. What the lock says
// must stay true; what is new is added to it.
package lock

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// Path is where the lock lives.
const Path = "spec/abi.lock"

const head = "# " + output.Marker + "api.yaml, spec/errors.yaml, spec/functions.yaml and spec/options.yaml; DO NOT EDIT.\n"

// fact is one line: a key that must never disappear and a value that must never change.
type fact struct{ key, value string }

func (f fact) String() string { return f.key + " = " + f.value }

// Update checks the specification against the lock and returns the lock with what is new. A higher ABI version than
// the lock's begins a new lock.
func Update(have []byte, s *ir.Spec) ([]byte, error) {
	now := facts(s)
	values := map[string]string{}
	for _, f := range now {
		values[f.key] = f.value
	}
	var errs []error
	before := map[string]bool{}
	for i, line := range strings.Split(strings.TrimRight(string(have), "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: not a line of the form key = value", Path, i+1)
		}
		if key == "abi version" {
			version, err := strconv.ParseInt(value, 10, 64)
			if err == nil && version < s.ABIVersion {
				return render(now), nil
			}
		}
		before[key] = true
		switch is, ok := values[key]; {
		case !ok:
			errs = append(errs, fmt.Errorf("%s:%d: %s was %s and is gone: the ABI is append-only", Path, i+1, key, value))
		case is != value:
			errs = append(errs, fmt.Errorf("%s:%d: %s was %s and is now %s: the ABI is append-only", Path, i+1, key, value, is))
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return render(now), nil
}

func render(facts []fact) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for _, f := range facts {
		b.WriteString(f.String() + "\n")
	}
	return b.Bytes()
}

// facts lists everything that a program compiled against the header relies on. The key carries the number where the
// number is the identity, so that a reused number shows as a changed value.
func facts(s *ir.Spec) []fact {
	var out []fact
	add := func(value string, key string, args ...any) { out = append(out, fact{fmt.Sprintf(key, args...), value}) }
	add(strconv.FormatInt(s.ABIVersion, 10), "abi version")
	for _, o := range s.Operations {
		add(o.Names.Snake, "operation %d", o.Number)
	}
	for _, o := range s.Operations {
		// Arguments may grow into words that had to be zero until then, so their size is not locked.
		layout(add, o.Args)
	}
	for _, st := range s.Structs {
		add(strconv.FormatInt(st.Size, 10), "size %s", st.C)
		layout(add, st)
	}
	for _, g := range s.Groups {
		for _, v := range g.Values {
			add(strconv.FormatInt(v.Number, 10), "constant %s", v.C)
		}
	}
	for _, e := range s.Errors {
		add(e.Name, "error %d", e.Number)
	}
	for _, f := range s.Functions {
		add(f.Signature(), "function %s", f.C)
	}
	for _, o := range s.Options {
		add("present", "option %s", o.Names.Snake)
	}
	return out
}

func layout(add func(string, string, ...any), st *ir.Struct) {
	for _, f := range st.Fields {
		if f.Reserved {
			// A reserved field may be given a name and a meaning later; its bytes are covered by the size.
			continue
		}
		add(fmt.Sprintf("%d %s", f.Offset, strings.TrimSpace(f.Type.C)), "field %s.%s", st.C, f.Names.Snake)
	}
}

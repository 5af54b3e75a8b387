// Package resolve is the second stage of the generator: it follows every reference of the loaded specification,
// checks every rule that a schema cannot express, and builds the IR. Every mistake is reported, each with its place.
package resolve

import (
	"errors"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// Resolve builds the IR. On mistakes it returns all of them, joined.
func Resolve(s *load.Spec) (*ir.Spec, error) {
	r := &resolver{spec: s, out: &ir.Spec{}}
	r.errorTable()
	r.options()
	r.front()
	r.groups()
	r.structs()
	r.operations()
	r.functions()
	r.python()
	r.node()
	r.goBinding()
	r.conformance()
	sort.SliceStable(r.errs, func(i, j int) bool { return less(r.errs[i], r.errs[j]) })
	// What is said of several systems at once is wrong for each of them, and reported once.
	r.errs = slices.CompactFunc(r.errs, func(a, b error) bool { return a.Error() == b.Error() })
	return r.out, errors.Join(r.errs...)
}

func less(a, b error) bool {
	var pa, pb *load.PosError
	errors.As(a, &pa)
	errors.As(b, &pb)
	if pa.Pos.File != pb.Pos.File {
		return pa.Pos.File < pb.Pos.File
	}
	return pa.Pos.Line < pb.Pos.Line
}

type resolver struct {
	spec *load.Spec
	out  *ir.Spec
	errs []error

	errorNames map[string]*ir.Error
	groupNames map[string]*ir.Group
	structOf   map[string]*ir.Struct
}

func (r *resolver) fail(p load.Pos, format string, args ...any) {
	r.errs = append(r.errs, p.Errorf(format, args...))
}

var todo = regexp.MustCompile(`(?i)\b(todo|tbd|fixme|xxx)\b`)

// doc checks a text: not empty, not a promise to write one.
func (r *resolver) doc(p load.Pos, what, text string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		r.fail(p, "%s has an empty doc", what)
	case todo.MatchString(text):
		r.fail(p, "%s has an unfinished doc: %q", what, todo.FindString(text))
	}
	return text
}

// uniques reports a name or number that was seen before.
type uniques[K comparable] struct {
	r    *resolver
	seen map[K]load.Pos
}

func newUniques[K comparable](r *resolver) uniques[K] { return uniques[K]{r, map[K]load.Pos{}} }

func (u uniques[K]) add(p load.Pos, what string, k K) bool {
	if before, ok := u.seen[k]; ok {
		u.r.fail(p, "%s %v is already used at %s", what, k, before)
		return false
	}
	u.seen[k] = p
	return true
}

func (r *resolver) front() {
	a := r.spec.API.ABI
	r.out.ABIVersion = a.Version
	r.out.Words = a.Words
	r.out.Memory = r.doc(a.Pos, "memory", a.Memory)
	r.out.Threads = r.doc(a.Pos, "threads", a.Threads)
	r.out.ErrorRules = r.doc(a.Pos, "errors", a.Errors)
	r.out.Stability = r.doc(a.Pos, "stability", a.Stability)
	r.out.CommonErrors = r.errorList(a.Pos, a.CommonErrors)
	r.out.FileErrors = r.errorList(a.Pos, a.FileErrors)
}

func (r *resolver) errorList(p load.Pos, names []string) []*ir.Error {
	var out []*ir.Error
	seen := newUniques[string](r)
	for _, n := range names {
		e, ok := r.errorNames[n]
		if !ok {
			r.fail(p, "error %s is not in errors.yaml", n)
			continue
		}
		if seen.add(p, "error", n) {
			out = append(out, e)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Number < out[j].Number })
	return out
}

func (r *resolver) groups() {
	r.groupNames = map[string]*ir.Group{}
	names := newUniques[string](r)
	for _, g := range r.spec.API.Constants {
		if !names.add(g.Pos, "group", g.Name) {
			continue
		}
		out := &ir.Group{Names: ir.NewNames(g.Name), Doc: r.doc(g.Pos, "group "+g.Name, g.Doc), Flags: g.Flags, GoType: g.GoType}
		prefix := out.Names.Upper + "_"
		if g.CPrefix == "none" {
			prefix = ""
		}
		out.C = "AYA_" + prefix
		valueNames, numbers := newUniques[string](r), newUniques[int64](r)
		for _, v := range g.Values {
			n := ir.NewNames(v.Name)
			valueNames.add(v.Pos, "value", v.Name)
			numbers.add(v.Pos, "number", v.Value)
			if g.Flags && (v.Value <= 0 || v.Value&(v.Value-1) != 0) {
				r.fail(v.Pos, "flag %s must be a single bit, not %d", v.Name, v.Value)
			}
			out.Mask |= v.Value
			out.Values = append(out.Values, &ir.Value{Names: n, Number: v.Value, C: "AYA_" + prefix + n.Upper, Go: out.Names.Go + n.Go, Doc: r.doc(v.Pos, g.Name+"."+v.Name, v.Doc)})
		}
		sort.SliceStable(out.Values, func(i, j int) bool { return out.Values[i].Number < out.Values[j].Number })
		r.groupNames[g.Name] = out
		r.out.Groups = append(r.out.Groups, out)
	}
	sort.SliceStable(r.out.Groups, func(i, j int) bool { return r.out.Groups[i].Names.Snake < r.out.Groups[j].Names.Snake })
}

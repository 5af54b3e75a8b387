package resolve

import (
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// goPackages are the packages that an error of Go may come from.
var goPackages = map[string]string{"errors": "errors", "fs": "io/fs", "os": "os", "syscall": "syscall"}

// goBinding decides which operations are methods of the Go File without a hand-written line, and what the errors are.
func (r *resolver) goBinding() {
	for _, e := range r.spec.Errors.Errors {
		out, ok := r.errorNames[e.Name]
		if !ok || e.Raises.Go == "" {
			continue
		}
		pkg, name, _ := strings.Cut(e.Raises.Go, ".")
		path, ok := goPackages[pkg]
		if !ok || name == "" {
			r.fail(e.Pos, "error %s: %q is not a value of errors, fs, os or syscall", e.Name, e.Raises.Go)
			continue
		}
		out.GoValue = &ir.GoValue{Path: path, Name: name}
	}
	for _, o := range r.spec.API.Operations {
		if o.Go == nil {
			continue
		}
		if m := r.goMethod(o); m != nil {
			r.out.GoMethods = append(r.out.GoMethods, m)
		}
	}
	sort.SliceStable(r.out.GoMethods, func(i, j int) bool {
		return r.out.GoMethods[i].Operation.Number < r.out.GoMethods[j].Operation.Number
	})
}

func (r *resolver) goMethod(o load.Operation) *ir.GoMethod {
	var op *ir.Operation
	for _, candidate := range r.out.Operations {
		if candidate.Number == o.Number {
			op = candidate
		}
	}
	if op == nil || !op.OnFile {
		r.fail(o.Go.Pos, "operation %s: only a public operation on a file can be a method", o.Name)
		return nil
	}
	m := &ir.GoMethod{Operation: op, Op: o.Name, Result: op.Result.Kind != "none", Context: o.Go.Context}
	for _, f := range op.Args.Fields {
		switch {
		case f.Reserved:
		case f.Type.Pointer:
			r.fail(o.Go.Pos, "operation %s: %s cannot be passed by a generated method; write it by hand in bindings-go", o.Name, f.Names.Snake)
			return nil
		default:
			m.Params = append(m.Params, ir.GoParam{Name: f.Names.Lower, Field: f, Signed: f.Type.Scalar == ir.U64})
		}
	}
	m.Example = ir.GoExample{Args: o.Go.Example.Args, Output: o.Go.Example.Output}
	if len(m.Example.Args) != len(m.Params) {
		r.fail(o.Go.Example.Pos, "operation %s: the method takes %d arguments, its example gives %d", o.Name, len(m.Params), len(m.Example.Args))
	}
	return m
}

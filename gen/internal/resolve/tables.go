package resolve

import (
	"sort"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

func (r *resolver) errorTable() {
	r.errorNames = map[string]*ir.Error{}
	names, numbers := newUniques[string](r), newUniques[int64](r)
	native := map[ir.System]uniques[string]{}
	for _, s := range ir.Systems {
		native[s] = newUniques[string](r)
	}
	for _, e := range r.spec.Errors.Errors {
		if !names.add(e.Pos, "error", e.Name) || !numbers.add(e.Pos, "error number", e.Number) {
			continue
		}
		out := &ir.Error{
			Name: e.Name, C: "AYA_" + e.Name, Number: e.Number,
			Message: r.doc(e.Pos, "message of "+e.Name, e.Message), Doc: r.doc(e.Pos, e.Name, e.Doc),
			Python: e.Raises.Python, Node: e.Raises.Node, Go: e.Raises.Go,
			Native: map[ir.System][]ir.NativeCode{},
		}
		if e.Native != nil {
			out.Native[ir.Linux] = r.native(native[ir.Linux], e.Native.Posix, e.Native.Linux)
			out.Native[ir.Darwin] = r.native(native[ir.Darwin], e.Native.Posix, e.Native.Darwin)
			out.Native[ir.Unix] = r.native(native[ir.Unix], e.Native.Posix, e.Native.Unix)
			out.Native[ir.Windows] = r.windows(native[ir.Windows], e.Native)
		}
		r.errorNames[e.Name] = out
		r.out.Errors = append(r.out.Errors, out)
	}
	sort.Slice(r.out.Errors, func(i, j int) bool { return r.out.Errors[i].Number < r.out.Errors[j].Number })
}

func (r *resolver) native(seen uniques[string], lists ...[]load.NativeCode) []ir.NativeCode {
	var out []ir.NativeCode
	for _, list := range lists {
		for _, c := range list {
			if seen.add(c.Pos, "native code", c.Code) {
				out = append(out, ir.NativeCode{Name: c.Code, From: r.doc(c.Pos, "from of "+c.Code, c.From)})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (r *resolver) windows(seen uniques[string], n *load.Native) []ir.NativeCode {
	var out []ir.NativeCode
	for _, c := range n.Windows {
		if seen.add(c.Pos, "native code", c.Code) {
			out = append(out, ir.NativeCode{Name: c.Code, Number: *c.Number, From: r.doc(c.Pos, "from of "+c.Code, c.From)})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Number < out[j].Number })
	// Go's own syscall package invents codes with POSIX names on Windows, and answers them. Two of its names are not
	// inventions but the Win32 codes themselves, which are listed already.
	posix := append([]load.NativeCode(nil), n.Posix...)
	sort.Slice(posix, func(i, j int) bool { return posix[i].Code < posix[j].Code })
	for _, c := range posix {
		if c.Code == "ENOENT" || c.Code == "ENOTDIR" {
			continue
		}
		out = append(out, ir.NativeCode{Name: c.Code, From: "invented by Go's syscall package"})
	}
	return out
}

func (r *resolver) options() {
	names, numbers := newUniques[string](r), newUniques[int64](r)
	for _, o := range r.spec.Options.Options {
		n := ir.NewNames(o.Name)
		numbers.add(o.Pos, "option number", o.Number)
		if !names.add(o.Pos, "option", o.Name) {
			continue
		}
		if o.Min > o.Max || o.Default < o.Min || o.Default > o.Max {
			r.fail(o.Pos, "option %s: want min ≤ default ≤ max, have %d, %d, %d", o.Name, o.Min, o.Default, o.Max)
		}
		if o.Kind == "switch" && (o.Min != 0 || o.Max != 1) {
			r.fail(o.Pos, "option %s: a switch ranges from 0 to 1", o.Name)
		}
		if o.Kind == "integer" && o.Unit == "" {
			r.fail(o.Pos, "option %s needs a unit", o.Name)
		}
		r.out.Options = append(r.out.Options, &ir.Option{
			Names: n, Number: o.Number, Switch: o.Kind == "switch", Default: o.Default, Min: o.Min, Max: o.Max, Unit: o.Unit,
			Platform: o.Platform, Applies: r.doc(o.Pos, "applies of "+o.Name, o.Applies), Doc: r.doc(o.Pos, "option "+o.Name, o.Doc),
		})
	}
	sort.SliceStable(r.out.Options, func(i, j int) bool { return r.out.Options[i].Number < r.out.Options[j].Number })
	for i, o := range r.out.Options {
		if o.Number != int64(i) && len(r.errs) == 0 {
			r.fail(r.spec.Options.Options[0].Pos, "option numbers must run from 0 without a gap; %d is missing", i)
			break
		}
	}
}

package resolve

import (
	"sort"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// testNumbers is where the operations of the test build begin, so that they never use up a public number.
const testNumbers = 0xF0000001

func (r *resolver) operations() {
	names, numbers := newUniques[string](r), newUniques[int64](r)
	for _, o := range r.spec.API.Operations {
		numbers.add(o.Pos, "operation number", o.Number)
		if !names.add(o.Pos, "operation", o.Name) {
			continue
		}
		n := ir.NewNames(o.Name)
		test := o.Build == "test"
		if test != (o.Number >= testNumbers) {
			r.fail(o.Pos, "operation %s: public numbers run from 1, those of the test build from %d", o.Name, int64(testNumbers))
		}
		args := &ir.Struct{Names: ir.NewNames(o.Name + "_args"), C: "aya_" + o.Name + "_args", Doc: "The arguments of " + o.Name + "."}
		list := o.Args
		if len(list) == 0 {
			// C has no empty struct.
			list = []load.Field{{Pos: o.Pos, Name: "reserved", Type: "u64", Reserved: true}}
		}
		args.Fields, args.Size = r.layout(o.Pos, o.Name, list)
		if args.Size > r.out.Words*8 {
			r.fail(o.Pos, "the arguments of %s take %d bytes; there is room for %d", o.Name, args.Size, r.out.Words*8)
		}
		out := &ir.Operation{
			Names: n, Number: o.Number, OnFile: o.Scope == "file", Doc: r.doc(o.Pos, "operation "+o.Name, o.Doc), C: "AYA_OP_" + n.Upper, Args: args,
			Result: ir.Result{Kind: o.Result.Kind, Unit: o.Result.Unit, Doc: withUnit(r.doc(o.Result.Pos, "result of "+o.Name, o.Result.Doc), o.Result.Unit)},
			Errors: r.errorList(o.Pos, o.Errors), Inline: o.Path.Inline, PathDoc: r.doc(o.Path.Pos, "path of "+o.Name, o.Path.Doc),
		}
		if test {
			r.out.TestOps = append(r.out.TestOps, out)
		} else {
			r.out.Operations = append(r.out.Operations, out)
		}
	}
	for _, list := range [][]*ir.Operation{r.out.Operations, r.out.TestOps} {
		sort.SliceStable(list, func(i, j int) bool { return list[i].Number < list[j].Number })
	}
}

func (r *resolver) functions() {
	names, orders := newUniques[string](r), newUniques[int64](r)
	order := map[*ir.Function]int64{}
	for _, f := range r.spec.Functions.Functions {
		orders.add(f.Pos, "order", f.Order)
		if !names.add(f.Pos, "function", f.Name) {
			continue
		}
		out := &ir.Function{Names: ir.NewNames(f.Name), C: "aya_" + f.Name, Doc: r.doc(f.Pos, "function "+f.Name, f.Doc), Guard: f.Guard == nil || *f.Guard}
		params := newUniques[string](r)
		for _, p := range f.Params {
			params.add(p.Pos, "parameter", p.Name)
			field := r.field(p, f.Name)
			out.Params = append(out.Params, field)
			if p.Name == f.Queue {
				out.Queue = field
			}
		}
		if f.Queue != "" && out.Queue == nil {
			r.fail(f.Pos, "function %s has no parameter %q", f.Name, f.Queue)
		}
		if f.Result != nil {
			t := r.typ(f.Result.Pos, f.Result.Type)
			if t.Pointer || t.Size != 4 {
				r.fail(f.Result.Pos, "function %s must return u32, i32 or nothing", f.Name)
			}
			if out.Guard && t.Scalar != ir.I32 {
				r.fail(f.Result.Pos, "function %s: a guarded function returns i32, so that a panic can be told", f.Name)
			}
			out.Return, out.ReturnDoc = &t, r.doc(f.Result.Pos, "result of "+f.Name, f.Result.Doc)
		}
		order[out] = f.Order
		r.out.Functions = append(r.out.Functions, out)
	}
	sort.SliceStable(r.out.Functions, func(i, j int) bool { return order[r.out.Functions[i]] < order[r.out.Functions[j]] })
}

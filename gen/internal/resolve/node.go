package resolve

import (
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// node gathers FileHandle (the methods of node.yaml and those that operations become), the functions and the types.
func (r *resolver) node() {
	spec, out := r.spec.Node, &ir.Node{}
	r.out.Node = out
	for _, o := range r.out.Options {
		option := ir.NodeOption{Option: o, Type: "number"}
		if o.Switch {
			option.Type = "boolean"
		}
		option.Text = o.Doc + " Default " + option.Shown() + "; " + option.Range() + "."
		if o.Platform != "all" {
			option.Text += " Only on " + o.Platform + "; accepted and ignored elsewhere."
		}
		option.Text += " Takes effect " + o.Applies + "."
		out.Options = append(out.Options, option)
	}
	functions := newUniques[string](r)
	for _, f := range spec.Functions {
		if functions.add(f.Pos, "function", f.Name) {
			out.Functions = append(out.Functions, r.nodeMember(f))
		}
	}
	types := newUniques[string](r)
	for _, t := range spec.Types {
		if types.add(t.Pos, "type", t.Name) {
			out.Types = append(out.Types, ir.NodeType{Name: t.Name, Doc: r.doc(t.Pos, "type "+t.Name, t.Doc), Fields: r.nodeFields(t.Fields)})
		}
	}
	r.nodeHandle()
}

func (r *resolver) nodeHandle() {
	spec, out := r.spec.Node, r.out.Node
	section := map[string]int{}
	for i, s := range spec.Sections {
		section[s] = i
	}
	names := newUniques[string](r)
	add := func(p load.Pos, m *ir.NodeMember) {
		if !names.add(p, "method", m.Name) {
			return
		}
		if _, ok := section[m.Section]; !ok {
			r.fail(p, "method %s: there is no section %q; the sections are %s", m.Name, m.Section, strings.Join(spec.Sections, ", "))
		}
		out.Methods = append(out.Methods, m)
	}
	if spec.Handle != nil {
		out.Doc, out.Attributes = r.doc(spec.Handle.Pos, "handle", spec.Handle.Doc), r.nodeFields(spec.Handle.Attributes)
		for _, m := range spec.Handle.Methods {
			add(m.Pos, r.nodeMember(m))
		}
	}
	operations := append([]load.Operation(nil), r.spec.API.Operations...)
	sort.SliceStable(operations, func(i, j int) bool { return operations[i].Number < operations[j].Number })
	for _, o := range operations {
		if o.Node != nil {
			if m := r.nodeOperation(o); m != nil {
				add(o.Node.Pos, m)
			}
		}
	}
	if spec.Handle == nil && len(out.Methods) > 0 {
		r.fail(spec.Pos, "methods need a handle to belong to")
	}
	sort.SliceStable(out.Methods, func(i, j int) bool { return section[out.Methods[i].Section] < section[out.Methods[j].Section] })
}

func (r *resolver) nodeFields(list []load.NodeField) []ir.NodeField {
	var out []ir.NodeField
	names := newUniques[string](r)
	for _, f := range list {
		if names.add(f.Pos, "field", f.Name) {
			out = append(out, ir.NodeField{Name: f.Name, Type: f.Type, Optional: f.Optional, Standard: f.Standard, Doc: r.doc(f.Pos, f.Name, f.Doc)})
		}
	}
	return out
}

func (r *resolver) nodeMember(m load.NodeMember) *ir.NodeMember {
	if m.Standard == (len(m.Signatures) > 0) {
		r.fail(m.Pos, "%s: either it is standard, and has Node's type, or it has signatures", m.Name)
	}
	if m.Also != "" && !m.Standard {
		r.fail(m.Pos, "%s: `also` adds to Node's type, and this is not standard", m.Name)
	}
	out := &ir.NodeMember{
		Name: m.Name, Section: m.Section, Doc: r.doc(m.Pos, m.Name, m.Doc), Standard: m.Standard, Also: m.Also,
		Signatures: m.Signatures, Returns: r.doc(m.Pos, "returns of "+m.Name, m.Returns),
	}
	names := newUniques[string](r)
	for _, p := range m.Params {
		if names.add(p.Pos, "parameter", p.Name) {
			out.Params = append(out.Params, ir.NodeParam{Name: p.Name, Doc: r.doc(p.Pos, p.Name, p.Doc)})
		}
	}
	for _, t := range m.Throws {
		out.Throws = append(out.Throws, ir.NodeThrows{Code: t.Code, Doc: r.doc(t.Pos, t.Code, t.Doc)})
	}
	return out
}

// nodeOperation makes a method of an operation. A pointer and the length after it are one view; every other argument is
// a number or a BigInt that is not negative.
func (r *resolver) nodeOperation(o load.Operation) *ir.NodeMember {
	var op *ir.Operation
	for _, candidate := range r.out.Operations {
		if candidate.Number == o.Number {
			op = candidate
		}
	}
	if op == nil || !op.OnFile {
		r.fail(o.Node.Pos, "operation %s: only a public operation on a file can be a method", o.Name)
		return nil
	}
	m := &ir.NodeMember{
		Name: op.Names.Camel, Section: o.Node.Section, Doc: op.Doc, Standard: o.Node.Standard, Returns: op.Result.Doc,
		Op: &ir.NodeOp{Operation: op, Syscall: o.Node.Syscall, Cursor: o.Node.Cursor, Finish: "number"},
	}
	if o.Node.Doc != "" {
		m.Doc = r.doc(o.Node.Pos, "node doc of "+o.Name, o.Node.Doc)
	}
	result := "number"
	if op.Result.Kind == "none" {
		m.Returns, m.Op.Finish, result = "Nothing.", "nothing", "void"
	}
	types := r.nodeArguments(o, m)
	if !m.Standard {
		m.Signatures = []string{"(" + strings.Join(types, ", ") + "): Promise<" + result + ">"}
	}
	for _, e := range op.Errors {
		m.Throws = append(m.Throws, ir.NodeThrows{Code: e.Node, Doc: e.Doc})
	}
	return m
}

func (r *resolver) nodeArguments(o load.Operation, m *ir.NodeMember) []string {
	var types []string
	fields := m.Op.Operation.Args.Fields
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		name := f.Names.Camel
		arg := ir.NodeArg{Name: name, Check: "offset", Pass: []string{name}}
		kind := "number | bigint"
		switch {
		case f.Reserved:
			continue
		case f.Type.Pointer:
			if f.Type.Scalar != ir.Void || i+1 == len(fields) || fields[i+1].Type.Scalar != ir.U64 || m.Op.Memory != "" {
				r.fail(o.Node.Pos, "operation %s: %s cannot be passed by a generated method; write the method by hand in node.yaml", o.Name, name)
				return nil
			}
			arg.Check, arg.Pass, kind = "buffer", []string{"0", name + ".byteLength"}, "NodeJS.ArrayBufferView"
			m.Op.Memory = name
			i++
		case f.Type.Size == 4:
			arg.Check, kind = "uint32", "number"
		}
		types = append(types, name+": "+kind)
		m.Params = append(m.Params, ir.NodeParam{Name: name, Doc: f.Doc})
		m.Op.Args = append(m.Op.Args, arg)
	}
	return types
}

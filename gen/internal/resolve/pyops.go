package resolve

import (
	"fmt"
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// pythonFile gathers the methods of AsyncFile: those of python.yaml and those that operations become.
func (r *resolver) pythonFile() {
	section := map[string]int{}
	for i, s := range r.spec.Python.Sections {
		section[s] = i
	}
	names := newUniques[string](r)
	var methods []*ir.PyCallable
	add := func(p load.Pos, m *ir.PyCallable) {
		if !names.add(p, "method", m.Name) {
			return
		}
		if _, ok := section[m.Section]; !ok {
			r.fail(p, "method %s: there is no section %q; the sections are %s", m.Name, m.Section, strings.Join(r.spec.Python.Sections, ", "))
		}
		methods = append(methods, m)
	}
	if file := r.spec.Python.File; file != nil {
		for _, m := range file.Methods {
			out := r.callable(m, nil)
			out.C, out.Awaited = m.Name, !m.Sync
			if m.Function != "" {
				out.C = m.Function
			}
			add(m.Pos, out)
		}
	}
	operations := append([]load.Operation(nil), r.spec.API.Operations...)
	sort.SliceStable(operations, func(i, j int) bool { return operations[i].Number < operations[j].Number })
	for _, o := range operations {
		if o.Python != nil {
			if m := r.pythonOperation(o); m != nil {
				add(o.Python.Pos, m)
			}
		}
	}
	if r.out.Python.File == nil {
		if len(methods) > 0 {
			r.fail(r.spec.Python.Pos, "methods need a file to belong to")
		}
		return
	}
	sort.SliceStable(methods, func(i, j int) bool { return section[methods[i].Section] < section[methods[j].Section] })
	r.out.Python.File.Methods = methods
}

// pythonOperation makes a method of an operation. A pointer and the length after it are one bytes-like argument,
// every other argument is a number that is not negative.
func (r *resolver) pythonOperation(o load.Operation) *ir.PyCallable {
	var op *ir.Operation
	for _, candidate := range r.out.Operations {
		if candidate.Number == o.Number {
			op = candidate
		}
	}
	if op == nil || !op.OnFile {
		r.fail(o.Python.Pos, "operation %s: only a public operation on a file can be a method", o.Name)
		return nil
	}
	m := &ir.PyCallable{
		Name: o.Name, C: o.Name, Section: o.Python.Section, Awaited: true, Binary: o.Python.Binary, Doc: op.Doc,
		Returns: ir.PyValue{Type: "int", Doc: op.Result.Doc},
		Op:      &ir.PyOp{Operation: op, Finish: "finish_number"},
	}
	if o.Python.Doc != "" {
		m.Doc = r.doc(o.Python.Pos, "python doc of "+o.Name, o.Python.Doc)
	}
	if op.Result.Kind == "none" {
		m.Returns, m.Nothing, m.Op.Finish = ir.PyValue{Type: "None", Doc: "Nothing."}, true, "NULL"
	}
	r.bind(o, m)
	m.Required, m.Positional = len(m.Params), len(m.Params)
	m.Op.Flags = kindFlags(o, op)
	m.Variants = []ir.PyVariant{{Params: m.Params, Result: m.Returns.Type, First: true}}
	if m.Binary {
		m.Variants[0].Self = file + "[bytes]"
	}
	var codes []string
	for _, e := range op.Errors {
		if raises[e.Python] == "RAISES_OS_ERROR" {
			codes = append(codes, e.Name)
		}
	}
	if codes != nil {
		m.Raises = []ir.PyRaises{{Exception: "OSError", Doc: "The system failed: " + strings.Join(codes, ", ") + "."}}
	}
	return m
}

// bind decides how each Python argument is converted, where the awaitable keeps it until it starts, and which field of
// the submission it fills.
func (r *resolver) bind(o load.Operation, m *ir.PyCallable) {
	numbers := []string{"offset", "length"}
	fields := m.Op.Args.Fields
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		name := f.Names.Snake
		param := ir.PyParam{Name: name, Type: "int", Doc: f.Doc}
		convert := ir.PyConvert{Index: len(m.Params)}
		switch {
		case f.Reserved:
			continue
		case f.Type.Pointer:
			if f.Type.Scalar != ir.Void || i+1 == len(fields) || fields[i+1].Type.Scalar != ir.U64 || len(numbers) < 2 {
				r.fail(o.Python.Pos, "operation %s: %s cannot be passed by generated glue; write the method by hand in python.yaml", o.Name, name)
				return
			}
			// The bytes-like object keeps its own length.
			numbers = numbers[:1]
			convert.Function, convert.Rest, param.Type = "arg_writable", "op", "WriteableBuffer"
			value := "op->view.buf"
			if f.Type.Const {
				convert.Function, param.Type, value = "arg_readable", "ReadableBuffer", "op_bytes(op)"
			}
			m.Op.Assign = append(m.Op.Assign, ir.PyAssign{Field: name, Value: value}, ir.PyAssign{Field: fields[i+1].Names.Snake, Value: "(uint64_t)op->length"})
			i++
		default:
			if len(numbers) == 0 {
				r.fail(o.Python.Pos, "operation %s: more numbers than an awaitable keeps; write the method by hand in python.yaml", o.Name)
				return
			}
			convert.Function, convert.Rest = "arg_offset", fmt.Sprintf("%q, &op->%s", name, numbers[0])
			m.Op.Assign = append(m.Op.Assign, ir.PyAssign{Field: name, Value: fmt.Sprintf("(%s)op->%s", strings.TrimSpace(f.Type.C), numbers[0])})
			numbers = numbers[1:]
		}
		m.Params = append(m.Params, param)
		m.Op.Convert = append(m.Op.Convert, convert)
	}
}

func kindFlags(o load.Operation, op *ir.Operation) string {
	var flags []string
	if o.Python.Cursor {
		flags = append(flags, "KIND_CURSOR")
	}
	for _, e := range op.Errors {
		switch e.Name {
		case "ENOTREADABLE":
			flags = append(flags, "KIND_READS")
		case "ENOTWRITABLE":
			flags = append(flags, "KIND_WRITES")
		}
	}
	if o.Python.Binary {
		flags = append(flags, "KIND_BINARY")
	}
	if flags == nil {
		return "0"
	}
	return strings.Join(flags, " | ")
}

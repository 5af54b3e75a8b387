package resolve

import (
	"slices"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// whenNotSaid are the arguments whose default is not 0.
var whenNotSaid = map[string]int64{"buffering": -1, "position": -1, "mode": 0o666, "uid": 0xffffffff, "gid": 0xffffffff}

// resolved is a case with its arguments complete.
func (c *casesChecker) resolved(name string, k load.Case) *ir.Case {
	out := &ir.Case{Name: name, Body: k.Tree.Plain().(map[string]any), Cannot: map[string]string{}}
	for _, binding := range wholeFilesByHand {
		if wholeFile(k) {
			out.Cannot[binding] = "a whole file is open, size_hint, read and close together, which whole_file/by_hand shows"
		}
	}
	steps, _ := out.Body["steps"].([]any)
	trees, _ := k.Tree.Get("steps")
	for i, item := range trees.Items() {
		body := steps[i].(map[string]any)
		step := ir.Step{Body: body}
		if op, ok := item.Get("op"); ok {
			if step.Op = c.operations[op.Text()]; step.Op != nil {
				c.complete(step.Op, item, body)
			}
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// wholeFilesByHand are the bindings that have operations alone.
var wholeFilesByHand = []string{"core", "c"}

func wholeFile(k load.Case) bool {
	steps, _ := k.Tree.Get("steps")
	return slices.ContainsFunc(steps.Items(), func(step load.Tree) bool {
		_, read := step.Get("read_file")
		_, write := step.Get("write_file")
		return read || write
	})
}

// record is the structure that an operation fills; nil when it gives none.
func record(o *ir.Operation) *ir.Struct {
	fields := o.Args.Fields
	if len(fields) == 0 || fields[len(fields)-1].Type.Scalar != ir.Record {
		return nil
	}
	return fields[len(fields)-1].Type.Record
}

// complete adds the arguments that the step does not say.
func (c *casesChecker) complete(o *ir.Operation, step load.Tree, body map[string]any) {
	args, _ := body["args"].(map[string]any)
	if args == nil {
		args = map[string]any{}
	}
	for _, f := range said(o) {
		name := f.Names.Snake
		if value, given := args[name]; given {
			if f.Enum != nil {
				args[name] = numberOf(value, f.Enum)
			}
			continue
		}
		switch {
		case f.Type.Pointer:
			c.fail(step.Pos(), "%s needs the argument %q", o.Names.Snake, name)
		case len(f.Groups) > 0:
			args[name] = []any{}
		default:
			args[name] = whenNotSaid[name]
		}
	}
	if len(args) > 0 {
		body["args"] = args
	}
}

// numberOf is the number of a choice's name; a number stands for itself.
func numberOf(value any, of *ir.Group) any {
	for _, v := range of.Values {
		if v.Names.Snake == value {
			return v.Number
		}
	}
	return value
}

// said are the arguments that a case gives: not what is reserved, not the length of what is given as a whole, and not
// the memory that the runner offers.
func said(o *ir.Operation) []*ir.Field {
	var out []*ir.Field
	fields := o.Args.Fields
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		switch {
		case f.Reserved:
		case f.Type.Pointer && (f.Type.Const || f.Type.Scalar == ir.Record && i+1 < len(fields)):
			out = append(out, f)
			i++ // its length
		case f.Type.Pointer:
		default:
			out = append(out, f)
		}
	}
	return out
}

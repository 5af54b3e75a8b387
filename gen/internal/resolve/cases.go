package resolve

import (
	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// whenNotSaid are the arguments whose default is not 0.
var whenNotSaid = map[string]int64{"buffering": -1, "position": -1, "mode": 0o666, "uid": 0xffffffff, "gid": 0xffffffff}

// resolved is a case with its arguments complete.
func (c *casesChecker) resolved(name string, k load.Case) *ir.Case {
	out := &ir.Case{Name: name, Body: k.Tree.Plain().(map[string]any), Cannot: map[string]string{}}
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
		case f.Type.Pointer && (f.Type.Const || f.Type.Scalar == ir.Record):
			out = append(out, f)
			i++ // its length
		case f.Type.Pointer:
		default:
			out = append(out, f)
		}
	}
	return out
}

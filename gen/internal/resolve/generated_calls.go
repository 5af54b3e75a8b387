package resolve

import (
	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// generatedCalls are the calls of operations whose method is generated, for those that the surface's file says nothing
// about: such an operation needs no line there.
func (c *casesChecker) generatedCalls(binding string, count map[string]int) []*call {
	var out []*call
	for _, o := range c.spec.API.Operations {
		operation := c.operations[o.Name]
		if operation == nil || count[o.Name] > 0 {
			continue
		}
		start, raises := generatedMethod(binding, o, operation)
		if start == "" {
			continue
		}
		text := []ir.Part{{File: true}, {Text: "." + start}}
		for i, f := range said(operation) {
			if i > 0 {
				text = append(text, ir.Part{Text: ", "})
			}
			text = append(text, ir.Part{Arg: f.Names.Snake, Field: f})
		}
		text = append(text, ir.Part{Text: ")"})
		out = append(out, &call{pos: o.Pos, always: true, Call: &ir.Call{Name: o.Name + "_1", Op: o.Name, Text: text, Raises: raises}})
	}
	return out
}

// generatedMethod is the method up to its arguments; "" when it is not generated for this binding.
func generatedMethod(binding string, o load.Operation, operation *ir.Operation) (start string, raises map[string]string) {
	switch {
	case binding == "python" && o.Python != nil:
		// A negative number is found before anything is submitted, another mistake by the core.
		return operation.Names.Snake + "(", map[string]string{"EINVAL": "(ValueError, OSError)"}
	case binding == "node" && o.Node != nil:
		return operation.Names.Camel + "(", nil
	case binding == "go" && o.Go != nil && o.Go.Context:
		start = operation.Names.Go + "Context(run.context"
		if len(said(operation)) > 0 {
			start += ", "
		}
		return start, nil
	case binding == "go" && o.Go != nil:
		return operation.Names.Go + "(", nil
	}
	return "", nil
}

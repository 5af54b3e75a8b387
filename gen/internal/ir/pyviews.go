package ir

import (
	"fmt"
	"slices"
	"strings"
)

// Signature is the callable's parameter list without annotations.
func (c *PyCallable) Signature() string { return Untyped("", c.Params) }

// Untyped lists parameters as inspect reads them.
func Untyped(self string, params []PyParam) string {
	return join(self, params, func(p PyParam) string {
		if p.Default != "" {
			return p.Name + "=" + p.Default
		}
		return p.Name
	})
}

// Typed lists parameters as a stub writes them.
func Typed(self string, params []PyParam) string {
	return join(self, params, func(p PyParam) string {
		if p.Default != "" {
			return p.Name + ": " + p.Type + " = " + p.Default
		}
		return p.Name + ": " + p.Type
	})
}

func join(self string, params []PyParam, write func(PyParam) string) string {
	var out []string
	if self != "" {
		out = append(out, self)
	}
	for _, p := range params {
		if p.FirstKeyword {
			out = append(out, "*")
		}
		out = append(out, write(p))
	}
	return strings.Join(out, ", ")
}

// Shown is the option's default as Python writes it.
func (o PyOption) Shown() string {
	switch {
	case o.Switch && o.Default == 0:
		return "False"
	case o.Switch:
		return "True"
	}
	return fmt.Sprint(o.Default)
}

// Range is what the option may be.
func (o PyOption) Range() string {
	if o.Switch {
		return "False or True"
	}
	return fmt.Sprintf("%d to %d %s", o.Min, o.Max, o.Unit)
}

// Macros are the names of <errno.h> that the error table uses.
func (p *Python) Macros() []string {
	var out []string
	for _, r := range p.Rows {
		if r.Errno != "0" {
			out = append(out, r.Errno)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Exported are the package's public names, as its __all__ has them.
func (p *Python) Exported() []string {
	out := []string{"AsyncFile", "__version__", "types"}
	for _, f := range p.Functions {
		out = append(out, f.Name)
	}
	slices.Sort(out)
	return out
}

// Methods are all methods of AsyncFile.
func (p *Python) Methods() []*PyCallable {
	if p.File == nil {
		return nil
	}
	return p.File.Methods
}

// Operations are the methods that are one operation each.
func (p *Python) Operations() []*PyCallable {
	return filter(p.Methods(), func(c *PyCallable) bool { return c.Op != nil })
}

// Custom are the methods that hand-written functions do.
func (p *Python) Custom() []*PyCallable {
	return filter(p.Methods(), func(c *PyCallable) bool { return c.Op == nil })
}

// Native are the module's functions that the extension has.
func (p *Python) Native() []*PyCallable {
	return filter(p.Functions, func(c *PyCallable) bool { return c.C != "" })
}

// Plain are the module's functions that Python code has.
func (p *Python) Plain() []*PyCallable {
	return filter(p.Functions, func(c *PyCallable) bool { return c.C == "" })
}

// Class is the constructor, whose docstring is the class's; nil without a class.
func (p *Python) Class() *PyCallable {
	if p.File == nil {
		return nil
	}
	return p.File.Init
}

func filter(list []*PyCallable, keep func(*PyCallable) bool) []*PyCallable {
	var out []*PyCallable
	for _, c := range list {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

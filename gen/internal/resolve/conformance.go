package resolve

import (
	"slices"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// conformance checks what the schema of the cases leaves open: operations, arguments, flags, errors, options, and the
// names that steps refer to. A case with a slip of the pen would else test nothing, in every language.
func (r *resolver) conformance() {
	c := &casesChecker{resolver: r, operations: map[string]*ir.Operation{}, options: map[string]bool{}, names: map[string]bool{}}
	for _, o := range r.out.Operations {
		c.operations[o.Names.Snake] = o
	}
	for _, o := range r.out.Options {
		c.options[o.Names.Snake] = true
	}
	for _, k := range r.spec.Conformance.Cases {
		name := k.Group + "/" + k.Name
		c.names[name] = true
		c.check(k)
		r.out.Conformance.Cases = append(r.out.Conformance.Cases, c.resolved(name, k))
	}
	for _, e := range r.spec.Conformance.Expectations.Items() {
		if name, _ := e.Get("case"); !c.names[name.Text()] {
			r.fail(e.Pos(), "there is no case %q", name.Text())
		}
	}
	r.out.Conformance.Expectations = r.spec.Conformance.Expectations.Plain()
	if len(r.errs) > 0 {
		return // the calls would only repeat what is wrong already
	}
	for _, s := range r.spec.Conformance.Surfaces {
		c.surface(s)
	}
	c.everyErrorIsShown()
}

type casesChecker struct {
	*resolver
	operations map[string]*ir.Operation
	options    map[string]bool
	names      map[string]bool // of the cases

	files, started, pipes map[string]bool // of one case
}

func (c *casesChecker) check(k load.Case) {
	c.files, c.started, c.pipes = map[string]bool{}, map[string]bool{}, map[string]bool{}
	doc, _ := k.Tree.Get("doc")
	c.doc(k.Pos, "the case", doc.Text())
	if options, ok := k.Tree.Get("options"); ok {
		for _, key := range options.Keys() {
			if !c.options[key] {
				c.fail(options.KeyPos(key), "unknown option %q", key)
			}
		}
	}
	steps, _ := k.Tree.Get("steps")
	for _, step := range steps.Items() {
		c.step(step)
	}
	for name := range c.started {
		c.fail(k.Pos, "%q is started and never waited for", name)
	}
}

func (c *casesChecker) step(step load.Tree) {
	if expect, ok := step.Get("expect"); ok {
		c.expect(expect)
	}
	if op, ok := step.Get("op"); ok {
		c.op(step, op)
		return
	}
	for _, key := range []string{"wait", "cancel"} {
		if name, ok := step.Get(key); ok {
			if !c.started[name.Text()] {
				c.fail(name.Pos(), "nothing named %q is started here", name.Text())
			}
			if key == "wait" {
				delete(c.started, name.Text())
			}
		}
	}
	if _, ok := step.Get("drain"); ok {
		clear(c.started)
	}
	if name, ok := step.Get("pipe"); ok {
		c.pipes[name.Text()] = true
	}
	for _, key := range []string{"feed", "hang_up"} {
		if name, ok := step.Get(key); ok && !c.pipes[name.Text()] {
			c.fail(name.Pos(), "there is no pipe %q here", name.Text())
		}
	}
}

func (c *casesChecker) op(step, op load.Tree) {
	o := c.operations[op.Text()]
	if o == nil {
		c.fail(op.Pos(), "unknown operation %q", op.Text())
		return
	}
	file, hasFile := step.Get("file")
	switch {
	case o.OnFile && !hasFile:
		c.fail(step.Pos(), "%s needs a file", op.Text())
	case hasFile && !o.OnFile:
		c.fail(file.Pos(), "%s takes no file", op.Text())
	case hasFile && !c.files[file.Text()]:
		c.fail(file.Pos(), "no file is named %q here", file.Text())
	}
	if as, ok := step.Get("as"); ok {
		if o.Result.Kind != "handle" {
			c.fail(as.Pos(), "%s gives no file", op.Text())
		}
		c.files[as.Text()] = true
	}
	if start, ok := step.Get("start"); ok {
		if c.started[start.Text()] {
			c.fail(start.Pos(), "%q is started already", start.Text())
		}
		c.started[start.Text()] = true
		if expect, ok := step.Get("expect"); ok {
			c.fail(expect.Pos(), "what is started has its expectation where it is waited for")
		}
	}
	if args, ok := step.Get("args"); ok {
		c.args(o, args)
	}
	if expect, ok := step.Get("expect"); ok {
		c.record(o, expect)
	}
}

// record checks the names of the fields that a step looks at.
func (c *casesChecker) record(o *ir.Operation, expect load.Tree) {
	fields, ok := expect.Get("record")
	if !ok {
		return
	}
	made := record(o)
	for _, key := range fields.Keys() {
		if made == nil || !slices.ContainsFunc(made.Fields, func(f *ir.Field) bool { return f.Names.Snake == key && !f.Reserved }) {
			c.fail(fields.KeyPos(key), "%s gives no record with a field %q", o.Names.Snake, key)
		}
	}
}

func (c *casesChecker) args(o *ir.Operation, args load.Tree) {
	known := map[string]*ir.Field{}
	var list []string
	for _, f := range o.Args.Fields {
		if !f.Reserved {
			known[f.Names.Snake] = f
			list = append(list, f.Names.Snake)
		}
	}
	for _, key := range args.Keys() {
		f := known[key]
		if f == nil {
			c.fail(args.KeyPos(key), "%s has no argument %q; it has: %s", o.Names.Snake, key, strings.Join(list, ", "))
			continue
		}
		value, _ := args.Get(key)
		if f.Enum != nil {
			c.word(value, []*ir.Group{f.Enum})
		}
		for _, item := range value.Items() {
			if len(f.Groups) > 0 {
				c.word(item, f.Groups)
			}
		}
	}
}

func (c *casesChecker) word(value load.Tree, groups []*ir.Group) {
	var list []string
	for _, g := range groups {
		for _, v := range g.Values {
			if v.Names.Snake == value.Text() {
				return
			}
			list = append(list, v.Names.Snake)
		}
	}
	if _, isNumber := value.Plain().(int64); isNumber {
		return // a number on purpose: a flag or a choice that does not exist
	}
	c.fail(value.Pos(), "%q is none of %s", value.Text(), strings.Join(list, ", "))
}

func (c *casesChecker) expect(expect load.Tree) {
	name := func(e load.Tree) {
		if _, known := c.errorNames[e.Text()]; !known && e.Text() != "none" {
			c.fail(e.Pos(), "unknown error %q", e.Text())
		}
	}
	for _, key := range []string{"error", "refused"} {
		value, ok := expect.Get(key)
		switch {
		case !ok:
		case value.IsList():
			for _, item := range value.Items() {
				name(item)
			}
		default:
			name(value)
		}
	}
	if segments, ok := expect.Get("segments"); ok {
		for _, s := range segments.Items() {
			c.expect(s)
		}
	}
}

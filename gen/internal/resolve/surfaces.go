package resolve

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// ownSteps are the steps that a surface says although they are no operations of the core, with their arguments.
var ownSteps = map[string][]string{
	"configure":  {"name", "value"},
	"read_file":  {"path"},
	"write_file": {"path", "data"},
}

// surface chooses a call for every step of every case, so that a runner has nothing to decide.
func (c *casesChecker) surface(s load.Surface) {
	out := &ir.Surface{Binding: s.Binding, Cases: map[string][]*ir.Call{}, Usage: c.raises(s.Tree, "usage")}
	if cancelled, ok := s.Tree.Get("cancelled"); ok {
		out.Cancelled = cancelled.Text()
	}
	if imports, ok := s.Tree.Get("imports"); ok {
		for _, item := range imports.Items() {
			out.Imports = append(out.Imports, item.Text())
		}
	}
	list, _ := s.Tree.Get("calls")
	var calls []*call
	count := map[string]int{}
	for _, item := range list.Items() {
		if one := c.call(item, count); one != nil {
			calls = append(calls, one)
		}
	}
	calls = append(calls, c.generatedCalls(s.Binding, count)...)
	used := map[*ir.Call]bool{}
	for i, k := range c.spec.Conformance.Cases {
		resolved := c.out.Conformance.Cases[i]
		if reason := ruledOut(s.Tree, resolved); reason != "" {
			resolved.Cannot[s.Binding] = reason
			continue
		}
		steps, _ := k.Tree.Get("steps")
		chosen, reason := c.choose(s, calls, k, resolved, steps.Items())
		if reason != "" {
			resolved.Cannot[s.Binding] = reason
			continue
		}
		out.Cases[resolved.Name] = chosen
		for _, one := range chosen {
			if one != nil {
				used[one] = true
			}
		}
	}
	for _, one := range calls {
		if used[one.Call] {
			out.Calls = append(out.Calls, one.Call)
		}
	}
	c.out.Conformance.Surfaces = append(c.out.Conformance.Surfaces, out)
}

// call is one entry of a surface's file.
type call struct {
	*ir.Call
	pos      load.Pos
	when     load.Tree
	always   bool
	cannot   string
	leaveOut string
}

// ofExpectation are conditions that look at what a step expects.
var ofExpectation = []string{"error", "refused", "segment_error", "cancelled"}

var placeholder = regexp.MustCompile(`\$([a-z][a-z_]*)`)

func (c *casesChecker) call(item load.Tree, count map[string]int) *call {
	op, _ := item.Get("op")
	name := op.Text()
	operation, own := c.operations[name], ownSteps[name]
	if operation == nil && own == nil {
		c.fail(op.Pos(), "unknown operation %q", name)
		return nil
	}
	known := map[string]*ir.Field{}
	for _, argument := range own {
		known[argument] = nil
	}
	if operation != nil {
		for _, f := range said(operation) {
			known[f.Names.Snake] = f
		}
	}
	count[name]++
	out := &call{pos: item.Pos(), Call: &ir.Call{Name: fmt.Sprintf("%s_%d", name, count[name]), Op: name, Raises: c.raises(item, "raises")}}
	when, ok := item.Get("when")
	out.when, out.always = when, !ok
	if ok {
		for _, key := range when.Keys() {
			if _, ok := known[key]; !ok && !slices.Contains(ofExpectation, key) {
				c.fail(when.KeyPos(key), "%s has no argument %q", name, key)
			}
		}
	}
	text := func(key string) string {
		value, ok := item.Get(key)
		if !ok {
			return ""
		}
		return value.Text()
	}
	out.Gives, out.cannot, out.leaveOut = text("gives"), text("cannot"), text("leave_out")
	out.LeftOut = out.leaveOut != ""
	if instead, ok := item.Get("instead"); ok {
		out.Instead = instead.Text()
		if c.errorNames[out.Instead] == nil && out.Instead != "none" {
			c.fail(instead.Pos(), "unknown error %q", out.Instead)
		}
	}
	if expression, ok := item.Get("call"); ok {
		out.Text = c.parts(expression, name, known, operation == nil || operation.OnFile)
	}
	return out
}

// parts splits an expression at its placeholders.
func (c *casesChecker) parts(expression load.Tree, op string, known map[string]*ir.Field, onFile bool) []ir.Part {
	var out []ir.Part
	text, from := expression.Text(), 0
	for _, place := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		name := text[place[2]:place[3]]
		out = append(out, ir.Part{Text: text[from:place[0]]})
		from = place[1]
		field, isArgument := known[name]
		switch {
		case name == "file" && onFile:
			out = append(out, ir.Part{File: true})
		case isArgument:
			out = append(out, ir.Part{Arg: name, Field: field})
		default:
			c.fail(expression.Pos(), "%s has no argument %q", op, name)
		}
	}
	return append(out, ir.Part{Text: text[from:]})
}

func (c *casesChecker) raises(t load.Tree, key string) map[string]string {
	list, ok := t.Get(key)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for _, name := range list.Keys() {
		if c.errorNames[name] == nil {
			c.fail(list.KeyPos(name), "unknown error %q", name)
		}
		value, _ := list.Get(name)
		out[name] = value.Text()
	}
	return out
}

// choose takes the first call whose conditions hold, for each step; or says why the case cannot be said.
func (c *casesChecker) choose(s load.Surface, calls []*call, k load.Case, resolved *ir.Case, trees []load.Tree) ([]*ir.Call, string) {
	chosen := make([]*ir.Call, len(resolved.Steps))
	for i, step := range resolved.Steps {
		op, args := saidBy(step)
		if op == "" {
			continue
		}
		at := slices.IndexFunc(calls, func(one *call) bool {
			return one.Op == op && (one.always || one.holds(args, expected(resolved, i)))
		})
		if at < 0 {
			c.fail(trees[i].Pos(), "no call of %s in spec/conformance/%s.yaml says this", op, s.Binding)
			continue
		}
		one := calls[at]
		if one.cannot != "" {
			return nil, one.cannot
		}
		if one.LeftOut && (op == k.Group || !fails(expected(resolved, i))) {
			return nil, one.leaveOut
		}
		chosen[i] = one.Call
	}
	return chosen, ""
}

// fails tells that a step has no effect: what it asks for is refused, or goes wrong.
func fails(expect map[string]any) bool { return expect["error"] != nil || expect["refused"] != nil }

// saidBy is the operation of a step, and its arguments; "" for a runner's own step.
func saidBy(step ir.Step) (string, map[string]any) {
	if step.Op != nil {
		args, _ := step.Body["args"].(map[string]any)
		return step.Op.Names.Snake, args
	}
	for name := range ownSteps {
		if args, ok := step.Body[name].(map[string]any); ok {
			return name, args
		}
	}
	return "", nil
}

// expected is what is expected of a step, also where that stands at a later wait.
func expected(k *ir.Case, at int) map[string]any {
	body := k.Steps[at].Body
	cancelled := false
	if start, started := body["start"]; started {
		for _, later := range k.Steps[at:] {
			cancelled = cancelled || later.Body["cancel"] == start
			if later.Body["wait"] == start {
				body = later.Body
				break
			}
		}
	}
	expect, _ := body["expect"].(map[string]any)
	if cancelled {
		expect = maps.Clone(expect)
		if expect == nil {
			expect = map[string]any{}
		}
		expect["cancelled"] = true
	}
	segments, _ := expect["segments"].([]any)
	for _, item := range segments {
		if failure, ok := item.(map[string]any)["error"]; ok {
			expect = maps.Clone(expect)
			expect["segment_error"] = failure
			break
		}
	}
	return expect
}

func (one *call) holds(args, expect map[string]any) bool {
	for _, key := range one.when.Keys() {
		condition, _ := one.when.Get(key)
		value, given := args[key]
		if slices.Contains(ofExpectation, key) {
			value, given = expect[key]
		}
		if !given || !meets(value, condition) {
			return false
		}
	}
	return true
}

// meets compares a value of a step with a condition of a call.
func meets(value any, condition load.Tree) bool {
	if words, isList := value.([]any); isList && condition.IsList() {
		wanted := condition.Items()
		return len(words) == len(wanted) && !slices.ContainsFunc(wanted, func(w load.Tree) bool { return !slices.Contains(words, w.Plain()) })
	}
	if condition.IsList() {
		return slices.ContainsFunc(condition.Items(), func(w load.Tree) bool { return meets(value, w) })
	}
	if word, ok := condition.Get("includes"); ok {
		words, _ := value.([]any)
		return slices.Contains(words, word.Plain())
	}
	if _, isList := value.([]any); isList {
		return false
	}
	number := integer(value)
	if least, ok := condition.Get("at_least"); ok {
		return number != nil && number.Cmp(integer(least.Plain())) >= 0
	}
	if most, ok := condition.Get("at_most"); ok {
		return number != nil && number.Cmp(integer(most.Plain())) <= 0
	}
	if _, isMap := value.(map[string]any); isMap {
		return false
	}
	return value == condition.Plain()
}

// integer is a number of a file, of any size; nil for what is none.
func integer(value any) *big.Int {
	switch n := value.(type) {
	case int64:
		return big.NewInt(n)
	case uint64:
		return new(big.Int).SetUint64(n)
	}
	return nil
}

// ruledOut says why no call can help.
func ruledOut(surface load.Tree, k *ir.Case) string {
	rules, ok := surface.Get("rules")
	if !ok {
		return ""
	}
	for _, rule := range rules.Items() {
		when, _ := rule.Get("when")
		reason, _ := rule.Get("cannot")
		if needs[when.Text()](k) {
			return strings.TrimSpace(reason.Text())
		}
	}
	return ""
}

// needs tells what a case asks of a surface beyond its single steps.
var needs = map[string]func(*ir.Case) bool{
	"file_on_two_queues": func(k *ir.Case) bool {
		queue := map[any]any{}
		for _, step := range k.Steps {
			file, ok := step.Body["file"]
			if !ok {
				file, ok = step.Body["as"]
			}
			if !ok {
				continue
			}
			if before, seen := queue[file]; seen && before != step.Body["queue"] {
				return true
			}
			queue[file] = step.Body["queue"]
		}
		return false
	},
	"file_before_its_open": func(k *ir.Case) bool {
		opening := map[any]any{} // by the name of what was started
		for _, step := range k.Steps {
			if file, ok := step.Body["file"]; ok && containsValue(opening, file) {
				return true
			}
			if as, ok := step.Body["as"]; ok && step.Body["start"] != nil {
				opening[step.Body["start"]] = as
			}
			delete(opening, step.Body["wait"])
			if step.Body["drain"] != nil {
				clear(opening)
			}
		}
		return false
	},
	"order_of_starts": func(k *ir.Case) bool {
		flying := map[any]any{} // the file of each operation in flight
		for _, step := range k.Steps {
			file, ok := step.Body["file"]
			if ok && containsValue(flying, file) && step.Op != nil {
				return true
			}
			if start := step.Body["start"]; ok && start != nil {
				flying[start] = file
			}
			delete(flying, step.Body["wait"])
			if step.Body["drain"] != nil {
				clear(flying)
			}
		}
		return false
	},
}

func containsValue(m map[any]any, value any) bool {
	for _, v := range m {
		if v == value {
			return true
		}
	}
	return false
}

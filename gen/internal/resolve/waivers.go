package resolve

import (
	"slices"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// promise is one error that an operation may end with. Without an operation it is one of those that all have.
type promise struct{ op, err string }

// everyErrorIsShown wants, for each error that an operation declares, a case in which it ends with that error, or a
// written reason why there is none. Errors of all operations need one case, whichever operation it is about.
func (c *casesChecker) everyErrorIsShown() {
	if c.spec.Conformance.Waivers == nil {
		return
	}
	shown := map[promise]bool{}
	for i, k := range c.out.Conformance.Cases {
		if c.spec.Conformance.Cases[i].Group != "selftest" {
			showing(k, shown)
		}
	}
	declared := map[promise]load.Pos{}
	for _, o := range c.spec.API.Operations {
		if o.Build != "" {
			continue
		}
		for _, name := range o.Errors {
			declared[promise{o.Name, name}] = o.Pos
		}
	}
	for _, name := range slices.Concat(c.spec.API.ABI.CommonErrors, c.spec.API.ABI.FileErrors) {
		declared[promise{"", name}] = c.spec.API.ABI.Pos
	}
	waived := map[promise]bool{}
	for _, item := range c.spec.Conformance.Waivers.Items() {
		op, ofOne := item.Get("op")
		errors, _ := item.Get("errors")
		name := ""
		if ofOne {
			name = op.Text()
		}
		for _, e := range errors.Items() {
			p := promise{name, e.Text()}
			_, known := declared[p]
			switch {
			case !known && ofOne:
				c.fail(e.Pos(), "%s declares no %s: remove the waiver", name, e.Text())
			case !known:
				c.fail(e.Pos(), "%s is no error of every operation: remove the waiver", e.Text())
			case shown[p]:
				c.fail(e.Pos(), "a case shows %s%s: remove the waiver", e.Text(), of(name))
			}
			waived[p] = true
		}
	}
	for p, pos := range declared {
		if !shown[p] && !waived[p] {
			c.fail(pos, "no case shows %s%s, and spec/conformance/waivers.yaml gives no reason", p.err, of(p.op))
		}
	}
}

func of(op string) string {
	if op == "" {
		return " of any operation"
	}
	return " of " + op
}

// showing notes what a case shows. Where several errors will do, it shows none of them.
func showing(k *ir.Case, shown map[promise]bool) {
	for i, step := range k.Steps {
		if step.Op == nil {
			continue
		}
		expect := expected(k, i)
		for _, key := range []string{"error", "refused", "segment_error"} {
			if name, ok := expect[key].(string); ok {
				shown[promise{step.Op.Names.Snake, name}] = true
				shown[promise{"", name}] = true
			}
		}
	}
}

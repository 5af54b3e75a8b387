package emitcases

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// python prints a module of small functions, one for each call, and for each case the functions of its steps.
func python(s *ir.Surface, spec *ir.Spec) (output.File, error) {
	var b bytes.Buffer
	b.WriteString("# " + output.Marker + "conformance/python.yaml and the cases beside it; DO NOT EDIT.\n")
	b.WriteString("\"\"\"How the conformance cases are said in Python: the call of each step of each case.\"\"\"\n\n")
	b.WriteString("from __future__ import annotations\n\nfrom typing import Any, NamedTuple\n\n")
	for _, name := range s.Imports {
		fmt.Fprintf(&b, "import %s\n", name)
	}
	b.WriteString(`
Fault = tuple[type[BaseException] | tuple[type[BaseException], ...], tuple[int, ...]]
`)
	b.WriteString(`

class Call(NamedTuple):
    """One way to say an operation."""

    make: Any  # gives what is to be awaited, or a value; None when the step is left out
    raises: dict[str, Fault]  # errors that are another exception here
    instead: str  # the error, or "none", that Python promises instead; empty to do as the case expects

`)
	b.WriteString("\n# What an error of the specification is here: an exception, and its errno where it has one.\nERRORS: dict[str, Fault] = {\n")
	for _, e := range spec.Errors {
		var codes []string
		for _, code := range e.Native[ir.Linux] {
			codes = append(codes, "errno."+code.Name)
		}
		fmt.Fprintf(&b, "    %q: (%s, (%s)),\n", e.Name, e.Python, strings.Join(append(codes, ""), ", "))
	}
	fmt.Fprintf(&b, "}\n\nUSAGE: dict[str, Fault] = %s\nCANCELLED = %s\n", pythonRaises(s.Usage), s.Cancelled)
	for _, c := range s.Calls {
		function := "None"
		if !c.LeftOut {
			function = "make_" + c.Name
			text := say(c, "file", func(p ir.Part) string { return fmt.Sprintf("args[%q]", p.Arg) })
			fmt.Fprintf(&b, "\n\ndef %s(run: Any, file: Any, args: dict[str, Any]) -> Any:\n    return %s\n\n", function, text)
		} else {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\n%s = Call(%s, %s, %q)\n", c.Name, function, pythonRaises(c.Raises), c.Instead)
	}
	b.WriteString("\nCASES: dict[str, tuple[Call | None, ...]] = {\n")
	for _, name := range sortedKeys(s.Cases) {
		names := make([]string, 0, len(s.Cases[name]))
		for _, c := range s.Cases[name] {
			if c == nil {
				names = append(names, "None")
			} else {
				names = append(names, c.Name)
			}
		}
		fmt.Fprintf(&b, "    %q: (%s,),\n", name, strings.Join(names, ", "))
	}
	b.WriteString("}\n")
	return output.File{Path: "bindings-python/tests/conformance_calls.py", Data: b.Bytes()}, nil
}

func pythonRaises(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, key := range sortedKeys(m) {
		parts = append(parts, fmt.Sprintf("%q: (%s, ())", key, m[key]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

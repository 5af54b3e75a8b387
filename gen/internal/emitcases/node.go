package emitcases

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// node prints a module with a call for each way to say an operation, and for each case the calls of its steps.
func node(s *ir.Surface, spec *ir.Spec) (output.File, error) {
	var b bytes.Buffer
	b.WriteString("// " + output.Marker + "conformance/node.yaml and the cases beside it; DO NOT EDIT.\n")
	fmt.Fprintf(&b, "import { %s } from '../index.mjs';\n\n", strings.Join(s.Imports, ", "))
	b.WriteString("// The code of an error of the specification.\nexport const ERRORS = {\n")
	for _, e := range spec.Errors {
		fmt.Fprintf(&b, "  %s: '%s',\n", e.Name, e.Node)
	}
	fmt.Fprintf(&b, "};\n\nexport const USAGE = %s;\nexport const CANCELLED = '%s';\n\n", nodeRaises(s.Usage), s.Cancelled)
	b.WriteString("// `make` calls the surface; without it the step is left out. `raises` are errors that have another code here,\n" +
		"// `instead` is the error, or none, that Node.js promises instead of what the case expects.\n")
	for _, c := range s.Calls {
		make := ""
		if !c.LeftOut {
			text := say(c, "file", func(p ir.Part) string { return "a." + p.Arg })
			make = fmt.Sprintf("make: (run, file, a) => %s, ", text)
		}
		fmt.Fprintf(&b, "const %s = { %sraises: %s, instead: '%s' };\n", c.Name, make, nodeRaises(c.Raises), c.Instead)
	}
	b.WriteString("\nexport const CASES = {\n")
	for _, name := range sortedKeys(s.Cases) {
		names := []string{}
		for _, c := range s.Cases[name] {
			if c == nil {
				names = append(names, "null")
			} else {
				names = append(names, c.Name)
			}
		}
		fmt.Fprintf(&b, "  '%s': [%s],\n", name, strings.Join(names, ", "))
	}
	b.WriteString("};\n")
	return output.File{Path: "bindings-node/test/conformance_calls.gen.mjs", Data: b.Bytes()}, nil
}

func nodeRaises(m map[string]string) string {
	parts := []string{}
	for _, key := range sortedKeys(m) {
		parts = append(parts, fmt.Sprintf("%s: '%s'", key, m[key]))
	}
	if len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

package emitcases

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// goCalls prints a function for each call, and for each case the functions of its steps. The calls are Go as the
// surface's file has it, so this is text and no syntax tree.
func goCalls(s *ir.Surface, spec *ir.Spec) (output.File, error) {
	var b bytes.Buffer
	b.WriteString("// caseCall is one way to say an operation; no function when the step is left out.\ntype caseCall struct {\n" +
		"\tmake    func(run *caseRunner, file *ayafileio.File, a caseArguments) caseOutcome\n" +
		"\traises  map[string][]error // errors that are others here\n" +
		"\tinstead string             // the error, or none, that Go promises instead; empty to do as the case expects\n}\n\n")
	b.WriteString("// caseErrors are what an error of the specification is here: Go's own, or the system's code; errors.Is holds for one.\nvar caseErrors = map[string][]error{\n")
	for _, e := range spec.Errors {
		var is []string
		if e.Go != "" {
			is = append(is, e.Go)
		}
		for _, code := range e.Native[ir.Linux] {
			is = append(is, "syscall."+code.Name)
		}
		fmt.Fprintf(&b, "\t%q: {%s},\n", e.Name, strings.Join(is, ", "))
	}
	fmt.Fprintf(&b, "}\n\nvar caseUsage = %s\n\nvar caseCancelled = []error{%s}\n\n", goRaises(s.Usage), s.Cancelled)
	b.WriteString("// setCaseOption sets a setting by the option's name.\nfunc setCaseOption(c *ayafileio.Configuration, name string, value int64) {\n\tswitch name {\n")
	for _, o := range spec.Options {
		value := "value"
		if o.Switch {
			value = "value != 0"
		}
		fmt.Fprintf(&b, "\tcase %q:\n\t\tc.%s = %s\n", o.Names.Snake, o.Names.Go, value)
	}
	b.WriteString("\t}\n}\n\n")
	for _, c := range s.Calls {
		function := "nil"
		if !c.LeftOut {
			function = "make_" + c.Name
			fmt.Fprintf(&b, "func %s(run *caseRunner, file *ayafileio.File, a caseArguments) caseOutcome {\n\treturn %s(%s)\n}\n\n",
				function, givers[c.Gives], say(c, "file", goArgument))
		}
		fmt.Fprintf(&b, "var %s = &caseCall{%s, %s, %q}\n\n", c.Name, function, goRaises(c.Raises), c.Instead)
	}
	b.WriteString("var caseCalls = map[string][]*caseCall{\n")
	for _, name := range sortedKeys(s.Cases) {
		names := make([]string, 0, len(s.Cases[name]))
		for _, c := range s.Cases[name] {
			if c == nil {
				names = append(names, "nil")
			} else {
				names = append(names, c.Name)
			}
		}
		fmt.Fprintf(&b, "\t%q: {%s},\n", name, strings.Join(names, ", "))
	}
	b.WriteString("}\n")
	// A call that no case needs is not printed, and Go refuses imports that nobody uses.
	head := "// " + output.Marker + "conformance/go.yaml and the cases beside it; DO NOT EDIT.\n\npackage ayafileio_test\n\nimport (\n"
	for _, name := range s.Imports {
		if base := name[strings.LastIndex(name, "/")+1:]; base == "bindings-go" || bytes.Contains(b.Bytes(), []byte(base+".")) {
			head += fmt.Sprintf("\t%q\n", name)
		}
	}
	data, err := format.Source(append([]byte(head+")\n\n"), b.Bytes()...))
	return output.File{Path: "bindings-go/conformance.gen_test.go", Data: data}, err
}

// givers make an outcome of what a call gives: by the word in the surface's file.
var givers = map[string]string{
	"": "givesNothing", "bytes": "givesBytes", "count": "givesCount", "file": "givesFile", "outcome": "", "stat": "givesStat",
}

func goArgument(p ir.Part) string {
	kind := "number"
	switch {
	case p.Arg == "path":
		kind = "path"
	case p.Arg == "fd":
		kind = "descriptor"
	case p.Arg == "data":
		kind = "bytes"
	case p.Arg == "name":
		kind = "text"
	case p.Field != nil && p.Field.Type.Pointer:
		kind = "parts"
	case p.Field != nil && len(p.Field.Groups) > 0:
		kind = "words"
	}
	return fmt.Sprintf("a.%s(%q)", kind, p.Arg)
}

func goRaises(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, key := range sortedKeys(m) {
		parts = append(parts, fmt.Sprintf("%q: {%s}", key, m[key]))
	}
	return "map[string][]error{" + strings.Join(parts, ", ") + "}"
}

package ayafileio

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// Everything that the package exports is documented, and shown by an example whose output is checked.
func TestExamples(t *testing.T) {
	set := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(set, e.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(set, files, "github.com/ayafileio/ayafileio/bindings-go")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	check := func(name, text string, examples []*doc.Example) {
		count++
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s is not documented", name)
		}
		for _, e := range examples {
			if e.Output != "" || e.EmptyOutput {
				return
			}
		}
		t.Errorf("%s has no example with an output", name)
	}
	for _, f := range p.Funcs {
		check(f.Name, f.Doc, f.Examples)
	}
	for _, kind := range p.Types {
		check(kind.Name, kind.Doc, kind.Examples)
		for _, f := range append(kind.Funcs, kind.Methods...) {
			name := f.Name
			if f.Recv != "" {
				name = kind.Name + "." + name
			}
			check(name, f.Doc, f.Examples)
		}
	}
	for _, values := range append(p.Consts, p.Vars...) {
		for _, name := range values.Names {
			if ast.IsExported(name) {
				check(name, values.Doc, nil)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d names: the package was not read", count)
	}
}

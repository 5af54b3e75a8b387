// Package emitpy prints the Python side of the IR: the C extension's tables and method glue, and the type stubs.
package emitpy

import (
	"bytes"
	"embed"
	"text/template"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/prose"
)

//go:embed *.tmpl
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"docstring": docstring,
	"stub":      stub,
	"typed":     ir.Typed,
	"doc":       func(indent int, text string) string { return pydoc(indent, prose.Wrap(text, 112-indent)) },
}).ParseFS(files, "*.tmpl"))

const packageDir = "bindings-python/src/ayafileio/"

const native = "bindings-python/src/native/generated/"

// Emit prints every file of the Python binding.
func Emit(s *ir.Spec) ([]output.File, error) {
	var out []output.File
	for _, f := range []struct {
		path, template string
		data           any
	}{
		{native + "errors.gen.h", "errors.gen.h.tmpl", s.Python},
		{native + "methods.gen.h", "methods.gen.h.tmpl", s.Python},
		{native + "methods.gen.c", "methods.gen.c.tmpl", s.Python},
		{packageDir + "_ayafileio.pyi", "extension.pyi.tmpl", s.Python},
		{packageDir + "__init__.pyi", "package.pyi.tmpl", s.Python},
		{packageDir + "_option_table.py", "option_table.py.tmpl", s.Python},
	} {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, f.template, f.data); err != nil {
			return nil, err
		}
		out = append(out, output.File{Path: f.path, Data: b.Bytes()})
	}
	return out, nil
}

// Package emitmd prints the reference pages in Markdown.
package emitmd

import (
	"bytes"
	"embed"
	"strings"
	"text/template"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/prose"
)

//go:embed *.tmpl
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"paragraphs": func(text string) string { return strings.Join(prose.Paragraphs(text), "\n\n") },
	"cell":       cell,
	"errors":     errorNames,
	"trim":       strings.TrimSpace,
	"pipe":       func(text string) string { return strings.ReplaceAll(text, "|", `\|`) },
}).ParseFS(files, "*.tmpl"))

// cell makes a text fit for a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(prose.Paragraphs(text), " "), "|", `\|`)
}

func errorNames(list []*ir.Error) string {
	var names []string
	for _, e := range list {
		names = append(names, "`"+e.C+"`")
	}
	return strings.Join(names, ", ")
}

// Emit prints every reference page.
func Emit(s *ir.Spec) ([]output.File, error) {
	var out []output.File
	for _, page := range []struct{ path, template string }{
		{"capi/REFERENCE.md", "c.md.tmpl"},
		{"bindings-python/REFERENCE.md", "python.md.tmpl"},
	} {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, page.template, s); err != nil {
			return nil, err
		}
		out = append(out, output.File{Path: page.path, Data: b.Bytes()})
	}
	return out, nil
}

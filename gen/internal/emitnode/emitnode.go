// Package emitnode prints the Node side of the IR: the functions that write a submission, tables,
// methods that are one operation each, the types, and the reference page.
package emitnode

import (
	"bytes"
	"embed"
	"strconv"
	"strings"
	"text/template"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/prose"
)

//go:embed *.tmpl
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"lane":   func(bytes int64) int64 { return bytes / 4 },
	"quote":  quote,
	"writer": writer,

	"text":     text,
	"member":   member,
	"tsdoc":    tsdoc,
	"method":   method,
	"function": function,

	"paragraphs": func(text string) string { return strings.Join(prose.Paragraphs(text), "\n\n") },
	"cell":       func(text string) string { return pipe(strings.Join(prose.Paragraphs(text), " ")) },
	"pipe":       pipe,
}).ParseFS(files, "*.tmpl"))

const (
	binding   = "bindings-node/"
	generated = binding + "lib/generated/"
)

// Emit prints every file of the Node binding.
func Emit(s *ir.Spec) ([]output.File, error) {
	var out []output.File
	for _, f := range []struct {
		path, template string
		data           any
	}{
		{generated + "ops.cjs", "ops.cjs.tmpl", s},
		{generated + "layout.cjs", "layout.cjs.tmpl", s},
		{generated + "errors.cjs", "errors.cjs.tmpl", s},
		{generated + "options.cjs", "options.cjs.tmpl", s},
		{generated + "methods.cjs", "methods.cjs.tmpl", s},
		{binding + "types/index.d.mts", "types.d.ts.tmpl", s},
		{binding + "types/index.d.cts", "types.d.ts.tmpl", s},
		{binding + "REFERENCE.md", "reference.md.tmpl", s},
	} {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, f.template, f.data); err != nil {
			return nil, err
		}
		out = append(out, output.File{Path: f.path, Data: b.Bytes()})
	}
	return out, nil
}

// quote writes a string of JavaScript.
func quote(text string) string {
	quoted := strconv.Quote(text)
	return "'" + strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), "'", `\'`) + "'"
}

// pipe makes a text fit for a cell of a Markdown table.
func pipe(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

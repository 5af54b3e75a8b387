package emitpy

import (
	"strconv"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/prose"
)

// describe writes a docstring's lines: the text, then arguments, result and exceptions, as Google's style has it.
func describe(c *ir.PyCallable, width int) []string {
	lines := prose.Wrap(c.Doc, width)
	section := func(title string) { lines = append(lines, "", title+":") }
	item := func(text string) {
		for i, l := range prose.Wrap(text, width-4) {
			if i > 0 {
				l = "    " + l
			}
			lines = append(lines, "    "+l)
		}
	}
	if len(c.Params) > 0 {
		section("Args")
		for _, p := range c.Params {
			item(p.Name + ": " + p.Doc)
		}
	}
	if !c.Nothing {
		section("Returns")
		item(c.Returns.Doc)
	}
	if len(c.Raises) > 0 {
		section("Raises")
		for _, e := range c.Raises {
			item(e.Exception + ": " + e.Doc)
		}
	}
	return lines
}

// docstring is the C string of a callable: the signature that inspect reads, then the text.
func docstring(self string, c *ir.PyCallable) string {
	lines := append([]string{c.Name + "(" + ir.Untyped(self, c.Params) + ")", "--", ""}, describe(c, 100)...)
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		end := "\n"
		if i == len(lines)-1 {
			end = ""
		}
		b.WriteString("     " + cString(l+end))
	}
	return b.String()
}

// cString quotes for C: what strconv escapes is the same there, and UTF-8 may stand as it is.
func cString(s string) string {
	return strings.ReplaceAll(strconv.Quote(s), "??", `?\?`)
}

// pydoc writes a docstring of Python source.
func pydoc(indent int, lines []string) string {
	pad := strings.Repeat(" ", indent)
	text := prose.Prefix(lines, pad)
	text = strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `"""`, `\"\"\"`)
	if len(lines) == 1 {
		return pad + `"""` + strings.TrimSpace(text) + `"""`
	}
	return pad + `"""` + strings.TrimLeft(text, " ") + "\n" + pad + `"""`
}

// stub writes every signature of a callable; the first carries the docstring.
func stub(indent int, self string, c *ir.PyCallable) string {
	pad := strings.Repeat(" ", indent)
	var b strings.Builder
	for _, v := range c.Variants {
		if len(c.Variants) > 1 {
			b.WriteString(pad + "@overload\n")
		}
		def := "def "
		if c.Awaited {
			def = "async def "
		}
		me := self
		if self != "" && v.Self != "" {
			me += ": " + v.Self
		}
		b.WriteString(pad + def + c.Name + "(" + ir.Typed(me, v.Params) + ") -> " + v.Result + ":")
		if v.First {
			b.WriteString("\n" + pydoc(indent+4, describe(c, 112-indent)) + "\n")
		} else {
			b.WriteString(" ...\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

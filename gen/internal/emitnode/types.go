package emitnode

import (
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/prose"
)

// text is a doc without tags.
func text(doc string) []string { return prose.Wrap(doc, 112) }

// member is a doc with parameters, result and errors.
func member(m *ir.NodeMember) []string {
	lines := text(m.Doc)
	tag := func(name, text string) {
		for i, l := range prose.Wrap(name+" "+text, 108) {
			if i > 0 {
				l = "  " + l
			}
			lines = append(lines, l)
		}
	}
	if len(m.Params)+len(m.Throws) > 0 || !m.Nothing() {
		lines = append(lines, "")
	}
	for _, p := range m.Params {
		tag("@param", p.Name+" - "+p.Doc)
	}
	if !m.Nothing() {
		tag("@returns", m.Returns)
	}
	for _, t := range m.Throws {
		tag("@throws", "`"+t.Code+"` "+t.Doc)
	}
	return lines
}

// tsdoc prints a comment.
func tsdoc(indent int, lines []string) string {
	pad := strings.Repeat(" ", indent)
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(l, "*/", "*\\/")
	}
	if len(lines) == 1 {
		return pad + "/** " + lines[0] + " */"
	}
	return pad + "/**\n" + prose.Prefix(lines, pad+" * ") + "\n" + pad + " */"
}

// method declares a method. What is Node's own has the type that Node gives it, whichever version that is.
func method(m *ir.NodeMember) string {
	if m.Standard {
		kind := "NodeFileHandle['" + m.Name + "']"
		if strings.HasPrefix(m.Name, "[") {
			kind = "NodeFileHandle[" + strings.Trim("typeof "+m.Name[1:], "]") + "]"
		}
		if m.Also != "" {
			kind += " & {\n    " + m.Also + ";\n  }"
		}
		return "  " + m.Name + ": " + kind + ";"
	}
	var out []string
	for _, s := range m.Signatures {
		out = append(out, "  "+m.Name+s+";")
	}
	return strings.Join(out, "\n")
}

// function declares a function of the module.
func function(m *ir.NodeMember) string {
	if m.Standard {
		return "export declare const " + m.Name + ": typeof fs." + m.Name + ";"
	}
	var out []string
	for _, s := range m.Signatures {
		out = append(out, "export declare function "+m.Name+s+";")
	}
	return strings.Join(out, "\n")
}

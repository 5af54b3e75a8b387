package ir

import "strings"

// Declaration is the field as C writes it, with the star at the name.
func (f *Field) Declaration() string {
	if f.Type.Pointer {
		return f.Type.C + f.Names.Snake
	}
	return f.Type.C + " " + f.Names.Snake
}

// Prototype is the function's declaration without the semicolon.
func (f *Function) Prototype() string {
	var params []string
	for _, p := range f.Params {
		params = append(params, p.Declaration())
	}
	if params == nil {
		params = []string{"void"}
	}
	return f.result() + " " + f.C + "(" + strings.Join(params, ", ") + ")"
}

// Signature is the function's type without names, for the lock.
func (f *Function) Signature() string {
	var params []string
	for _, p := range f.Params {
		params = append(params, strings.TrimSpace(p.Type.C))
	}
	return f.result() + " (" + strings.Join(params, ", ") + ")"
}

func (f *Function) result() string {
	if f.Return == nil {
		return "void"
	}
	return f.Return.C
}

// ArgsOffset is where the argument words of a struct begin.
func (s *Struct) ArgsOffset(words int64) int64 { return s.Size - words*8 }

// CDoc is the field's text with the macros that belong into it.
func (f *Field) CDoc() string {
	var prefixes []string
	for _, g := range f.Groups {
		prefixes = append(prefixes, g.C+"*")
	}
	if f.Enum != nil {
		prefixes = append(prefixes, f.Enum.C+"*")
	}
	if prefixes == nil {
		return f.Doc
	}
	number := "Any of "
	if f.Enum != nil {
		number = "One of "
	}
	return f.Doc + " " + number + strings.Join(prefixes, " and ") + "."
}

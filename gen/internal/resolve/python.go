package resolve

import (
	"fmt"
	"sort"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

// raises are the ways the extension can raise. What the table calls by a subclass of OSError is raised as OSError with
// an errno: Python itself picks the subclass.
var raises = map[string]string{
	"OSError": "RAISES_OS_ERROR", "BlockingIOError": "RAISES_OS_ERROR", "BrokenPipeError": "RAISES_OS_ERROR",
	"FileExistsError": "RAISES_OS_ERROR", "FileNotFoundError": "RAISES_OS_ERROR", "InterruptedError": "RAISES_OS_ERROR",
	"IsADirectoryError": "RAISES_OS_ERROR", "NotADirectoryError": "RAISES_OS_ERROR", "PermissionError": "RAISES_OS_ERROR",
	"TimeoutError":            "RAISES_OS_ERROR",
	"ValueError":              "RAISES_VALUE_ERROR",
	"RuntimeError":            "RAISES_RUNTIME_ERROR",
	"MemoryError":             "RAISES_MEMORY_ERROR",
	"io.UnsupportedOperation": "RAISES_UNSUPPORTED",
}

func (r *resolver) python() {
	r.out.Python = &ir.Python{}
	r.pythonErrors()
	r.pythonFunctions()
	r.pythonFile()
	r.pythonDicts()
	r.out.Python.TextModes, r.out.Python.BinaryModes = modes()
}

func (r *resolver) pythonErrors() {
	p := r.out.Python
	kinds := map[string]bool{}
	for _, k := range raises {
		kinds[k] = true
	}
	for k := range kinds {
		p.Kinds = append(p.Kinds, k)
	}
	sort.Strings(p.Kinds)
	for _, e := range r.spec.Errors.Errors {
		kind, ok := raises[e.Raises.Python]
		if !ok {
			r.fail(e.Raises.Pos, "%s: the extension cannot raise %s", e.Name, e.Raises.Python)
		}
		p.Rows = append(p.Rows, ir.ErrorRow{Number: e.Number, Errno: errnoMacro(e), Raises: kind, Message: e.Message})
	}
	sort.Slice(p.Rows, func(i, j int) bool { return p.Rows[i].Number < p.Rows[j].Number })
}

// errnoMacro is the macro of <errno.h> that means the same as an error of ours: that of the same name, when a system
// answers it.
func errnoMacro(e load.Error) string {
	if e.Native == nil {
		return "0"
	}
	for _, list := range [][]load.NativeCode{e.Native.Posix, e.Native.Linux, e.Native.Darwin, e.Native.Unix} {
		for _, c := range list {
			if c.Code == e.Name {
				return e.Name
			}
		}
	}
	r := "0"
	for _, c := range e.Native.Posix {
		if r == "0" || c.Code < r {
			r = c.Code
		}
	}
	return r
}

func (r *resolver) pythonDicts() {
	p := r.out.Python
	for _, v := range r.spec.Python.BackendInfo {
		p.BackendInfo = append(p.BackendInfo, r.value(v))
	}
	for _, o := range r.out.Options {
		t := "int"
		if o.Switch {
			t = "bool"
		}
		row := ir.PyOption{Option: o, Type: t}
		row.Text = optionText(row)
		p.Options = append(p.Options, row)
	}
}

// optionText adds to an option's doc what its row says.
func optionText(o ir.PyOption) string {
	text := fmt.Sprintf("%s\n\nDefault %s; %s. Takes effect %s.", o.Doc, o.Shown(), o.Range(), o.Applies)
	if o.Platform != "all" {
		text += " Only on " + o.Platform + "; accepted and ignored elsewhere."
	}
	return text
}

func (r *resolver) value(v load.PythonValue) ir.PyValue {
	return ir.PyValue{Name: v.Name, Type: v.Type, Doc: r.doc(v.Pos, v.Name, v.Doc)}
}

func (r *resolver) pythonFunctions() {
	names := newUniques[string](r)
	params := map[string][]load.PythonParam{}
	for _, f := range r.spec.Python.Functions {
		if names.add(f.Pos, "function", f.Name) {
			params[f.Name] = f.Params
		}
	}
	for _, f := range r.spec.Python.Functions {
		out := r.callable(f, params)
		out.Awaited = f.Async
		if f.Native {
			out.C = f.Name
		}
		r.out.Python.Functions = append(r.out.Python.Functions, out)
	}
	file := r.spec.Python.File
	if file == nil {
		return
	}
	init := r.callable(load.PythonCallable{Pos: file.Pos, Name: "AsyncFile", Doc: file.Doc, ParamsOf: file.ParamsOf, Overloads: true,
		Returns: load.PythonReturn{Pos: file.Pos, Type: "None", Doc: "Nothing."}}, params)
	r.out.Python.File = &ir.PyFile{Doc: r.doc(file.Pos, "file", file.Doc), Init: init}
	for _, a := range file.Attributes {
		r.out.Python.File.Attributes = append(r.out.Python.File.Attributes, r.value(a))
	}
}

// callable resolves what methods and functions have in common.
func (r *resolver) callable(c load.PythonCallable, functions map[string][]load.PythonParam) *ir.PyCallable {
	out := &ir.PyCallable{
		Name: c.Name, Section: c.Section, Binary: c.Binary, Overloads: c.Overloads, Doc: r.doc(c.Pos, c.Name, c.Doc),
		Returns: ir.PyValue{Type: c.Returns.Type, Doc: r.doc(c.Returns.Pos, "returns of "+c.Name, c.Returns.Doc)},
		Nothing: c.Returns.Type == "None",
	}
	list := c.Params
	if c.ParamsOf != "" {
		other, ok := functions[c.ParamsOf]
		if !ok {
			r.fail(c.Pos, "%s: there is no function %s to take the parameters of", c.Name, c.ParamsOf)
		}
		list = other
	}
	names := newUniques[string](r)
	optional, keyword := false, false
	for _, p := range list {
		names.add(p.Pos, "parameter", p.Name)
		switch {
		case p.Default == "" && optional && !p.Keyword:
			r.fail(p.Pos, "%s: %s must have a default, since one before it has", c.Name, p.Name)
		case keyword && !p.Keyword:
			r.fail(p.Pos, "%s: %s must be a keyword, since one before it is", c.Name, p.Name)
		case p.Default == "" && p.Keyword:
			r.fail(p.Pos, "%s: the keyword %s needs a default", c.Name, p.Name)
		}
		out.Params = append(out.Params, ir.PyParam{
			Name: p.Name, Type: p.Type, Default: p.Default, Doc: r.doc(p.Pos, c.Name+"."+p.Name, p.Doc), Keyword: p.Keyword,
			FirstKeyword: p.Keyword && !keyword,
		})
		optional = optional || p.Default != ""
		keyword = keyword || p.Keyword
		if p.Default == "" {
			out.Required++
		}
		if !p.Keyword {
			out.Positional++
		}
	}
	for _, e := range c.Raises {
		out.Raises = append(out.Raises, ir.PyRaises{Exception: e.Exception, Doc: r.doc(e.Pos, c.Name+" raises "+e.Exception, e.Doc)})
	}
	out.Variants = variants(out, list, c.Overloads)
	return out
}

// file is the class, for annotations.
const file = "AsyncFile"

// variants decides which signatures the stub shows. A callable with the parameter of the mode comes in three: for the
// literals of binary and of text modes, and for a mode that is only known at run time. A method whose parameter differs
// between binary and text files comes in two, told apart by the type of self.
func variants(c *ir.PyCallable, list []load.PythonParam, byMode bool) []ir.PyVariant {
	change := func(to func(p load.PythonParam, out *ir.PyParam)) []ir.PyParam {
		out := append([]ir.PyParam(nil), c.Params...)
		for i := range out {
			to(list[i], &out[i])
		}
		return out
	}
	if byMode {
		variant := func(mode, result string, keepDefault, text bool) ir.PyVariant {
			return ir.PyVariant{Result: file + "[" + result + "]", Params: change(func(p load.PythonParam, out *ir.PyParam) {
				switch {
				case p.Mode && keepDefault:
					out.Type = mode
				case p.Mode:
					out.Type, out.Default = mode, ""
				case p.Text && !text:
					out.Type = "None"
				}
			})}
		}
		out := []ir.PyVariant{variant("BinaryMode", "bytes", true, false), variant("TextMode", "str", false, true), variant("str", "Any", false, true)}
		out[0].First = true
		return out
	}
	differs := false
	for _, p := range list {
		differs = differs || p.TextType != ""
	}
	switch {
	case differs:
		return []ir.PyVariant{
			{Self: file + "[bytes]", Params: c.Params, Result: c.Returns.Type, First: true},
			{Self: file + "[str]", Result: c.Returns.Type, Params: change(func(p load.PythonParam, out *ir.PyParam) {
				if p.TextType != "" {
					out.Type = p.TextType
				}
			})},
		}
	case c.Binary:
		return []ir.PyVariant{{Self: file + "[bytes]", Params: c.Params, Result: c.Returns.Type, First: true}}
	}
	return []ir.PyVariant{{Params: c.Params, Result: c.Returns.Type, First: true}}
}

// modes lists every spelling of a mode: one of r w a x, optionally +, and b or t, in any order.
func modes() (text, binary []string) {
	for _, base := range []string{"r", "w", "a", "x"} {
		for _, plus := range []string{"", "+"} {
			text = append(text, permutations(base+plus)...)
			text = append(text, permutations(base+plus+"t")...)
			binary = append(binary, permutations(base+plus+"b")...)
		}
	}
	return text, binary
}

func permutations(letters string) []string {
	if len(letters) < 2 {
		return []string{letters}
	}
	var out []string
	for i := range letters {
		for _, rest := range permutations(letters[:i] + letters[i+1:]) {
			out = append(out, letters[i:i+1]+rest)
		}
	}
	return out
}

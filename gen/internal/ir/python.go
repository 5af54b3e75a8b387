package ir

// Python is what only the Python binding needs.
type Python struct {
	Kinds []string // the C names of the ways to raise, sorted
	Rows  []ErrorRow

	File        *PyFile
	Functions   []*PyCallable
	BackendInfo []PyValue
	Options     []PyOption
	TextModes   []string // every spelling of a text mode, sorted
	BinaryModes []string
}

// ErrorRow is one line of the extension's error table.
type ErrorRow struct {
	Number  int64
	Errno   string // a macro of <errno.h>, or "0"
	Raises  string // one of Kinds
	Message string
}

// PyFile is the class AsyncFile.
type PyFile struct {
	Doc        string
	Init       *PyCallable
	Attributes []PyValue
	Methods    []*PyCallable // in the order of the reference page
}

// PyValue is an attribute or a key of a dict.
type PyValue struct{ Name, Type, Doc string }

// PyOption is one key of the options' dict.
type PyOption struct {
	*Option
	Type string
	Text string // its doc with default, range and platform
}

// PyCallable is a method or a function.
type PyCallable struct {
	Name      string
	Section   string
	Awaited   bool // `async def` in the stub
	Binary    bool
	Overloads bool
	Doc       string
	Params    []PyParam
	Returns   PyValue
	Nothing   bool // the result is None
	Raises    []PyRaises
	// Variants are the signatures of the stub: one, or an overload each for binary and text.
	Variants []PyVariant

	// How its C function is called; empty for a module's function.
	C          string // the suffix of method_… and glue_…
	Required   int
	Positional int
	Op         *PyOp // for a method that is generated completely
}

// PyParam is one parameter.
type PyParam struct {
	Name, Type, Default, Doc string
	Keyword                  bool
	// Keyword-only parameters begin here.
	FirstKeyword bool
}

// PyVariant is one signature in the stub.
type PyVariant struct {
	Self   string // the annotation of self; empty without
	Params []PyParam
	Result string
	First  bool // carries the docstring
}

// PyRaises is one exception.
type PyRaises struct{ Exception, Doc string }

// PyOp says how an operation becomes a method.
type PyOp struct {
	*Operation
	Flags   string // KIND_… joined
	Convert []PyConvert
	Assign  []PyAssign
	Finish  string // the C function that makes the value, or NULL
}

// PyConvert turns one Python argument into something that the operation keeps.
type PyConvert struct {
	Index    int
	Function string // arg_…
	Rest     string // its C arguments behind the object
}

// PyAssign fills one field of the submission.
type PyAssign struct{ Field, Value string }

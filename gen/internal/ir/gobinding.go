package ir

// GoMethod is an operation as a method of the Go binding's File.
type GoMethod struct {
	Operation *Operation
	Op        string // what the error says was being done
	Params    []GoParam
	Result    bool // it returns a number
	Context   bool // there is a second method, which takes a context
	Example   GoExample
}

// GoExample is a call on a file with some text, and what comes of it.
type GoExample struct {
	Args   []string
	Output string
}

// GoParam is one parameter.
type GoParam struct {
	Name   string
	Field  *Field
	Signed bool // the field has no sign, the parameter has: less than 0 is a mistake
}

// GoValue is a value of Go's standard library.
type GoValue struct{ Path, Name string }

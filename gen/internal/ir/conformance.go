package ir

// Conformance is what the conformance runners get: cases and known differences, checked against the operations, and
// how each binding says them.
type Conformance struct {
	Cases        []*Case
	Surfaces     []*Surface
	Expectations any
}

// Case is one behaviour. Body is its file as encoding/json would have decoded it, with every argument that was left
// out set to its default, so that no runner has defaults of its own.
type Case struct {
	Name   string // group/name
	Body   map[string]any
	Steps  []Step
	Cannot map[string]string // by binding: why its surface cannot say the case
}

// Step is one step of a case: an operation with its arguments, or something that the runner does by itself.
type Step struct {
	Op   *Operation // nil for a runner's own step
	Body map[string]any
}

// Surface is how one binding says the operations.
type Surface struct {
	Binding   string
	Imports   []string
	Usage     map[string]string  // by the error's name: what the language raises instead
	Cancelled string             // what an operation raises that was cancelled
	Calls     []*Call            // those that some case needs
	Cases     map[string][]*Call // by the case's name, one for each step; nil where none is needed
}

// Call is one way to say an operation.
type Call struct {
	Name    string // for the dispatch: the operation and a number
	Op      string
	Text    []Part
	Gives   string
	Raises  map[string]string
	Instead string // "" when the call does as the case expects
	LeftOut bool   // the step is not said
}

// Part is a piece of a call: text of the language, or a value of the step.
type Part struct {
	Text  string
	File  bool   // $file
	Arg   string // $name
	Field *Field // of that argument; nil where the operation is no operation of the core
}

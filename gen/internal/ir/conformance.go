package ir

// Conformance is what the conformance runners get: cases and known differences, checked against the operations, in
// the form of the files.
type Conformance struct {
	Cases        []Case
	Expectations any
}

// Case is one behaviour. Body is its file as encoding/json would have decoded it.
type Case struct {
	Name string // group/name
	Body map[string]any
}

package ir

// Python is what only the Python binding needs.
type Python struct {
	Kinds []string // the C names of the ways to raise, sorted
	Rows  []ErrorRow
}

// ErrorRow is one line of the extension's error table.
type ErrorRow struct {
	Number  int64
	Errno   string // a macro of <errno.h>, or "0"
	Raises  string // one of Kinds
	Message string
}

// Package bench measures the bindings against their peers: all contenders of a scenario run in turn in one run on one
// machine, so that only ratios are claimed. What is measured is a table; adding a scenario is adding a row here and
// a function of its name to each contender that takes part.
package bench

import "slices"

// Contender is one library or way of doing things, in a process of its own.
type Contender struct {
	Name string // as reports show it
	// Language says which program runs it: the worker of that binding.
	Language Language
	// Module is the worker's own name for the contender; Venv the environment it runs in, in Python.
	Module string
	Venv   string
	// Parameters override the scenario's: a contender that is far slower gets less to do.
	Parameters map[string]int
}

// Goal is a ratio that this project has set itself. A benchmark reports it and never fails because of it: machines
// differ, and a timed test would fail for the wrong reasons.
type Goal struct {
	Against string
	// Our rate divided by theirs should be at least this.
	RateAtLeast float64
}

// Language of a contender. Those of one scenario share it: across languages, more differs than the library.
type Language string

const (
	Python Language = "Python"
	Node   Language = "Node.js"
	Go     Language = "Go"
)

// Scenario is one row of the table.
type Scenario struct {
	Name       string // also the function that contenders offer
	Title      string
	Detail     string
	Unit       string // what one operation is, in the plural
	File       File
	Parameters map[string]int
	Quick      map[string]int // override the parameters in a quick run
	Contenders []Contender
	Goals      []Goal
}

// File is the input that a scenario reads, made before it runs.
type File string

const (
	Blocks File = "blocks.bin" // 20 MiB of 256-byte blocks that hold their own number
	Lines  File = "lines.txt"  // 100 MB of text
	Small  File = "small"      // a folder of 1,000 files of 4 KiB
)

// Ours is the contender that all ratios are about.
const Ours = "ayafileio"

// Scenarios is the table.
var Scenarios = slices.Concat(python, node, golang)

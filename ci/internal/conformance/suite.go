// Package conformance runs the conformance cases through every binding on every backend, judges what the runners say,
// and draws the matrix. A runner only walks cases; what it should have found is decided here, once for all of them.
package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
)

// Suite is what the generator says of the cases, as far as judging needs it.
type Suite struct {
	Cases        map[string]Case              `json:"cases"`
	Cannot       map[string]map[string]string `json:"cannot"` // by binding and case: why its surface cannot say it
	Expectations []Expectation                `json:"expectations"`
}

// Case is one behaviour.
type Case struct {
	Doc      string   `json:"doc"`
	Requires []string `json:"requires"`
	Faults   string   `json:"faults"`
	Seed     int64    `json:"seed"`
	MustFail bool     `json:"must_fail"`
}

// needsFake tells whether only the fake backend can bring the case about.
func (c Case) needsFake() bool { return c.Faults != "" || c.Seed != 0 }

// Expectation is a known difference.
type Expectation struct {
	Case, Binding, Backend, System, Outcome, Reason string
}

// Load reads spec/conformance.gen.json.
func Load(path string) (*Suite, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Suite{}
	return s, json.Unmarshal(data, s)
}

// Names are all cases, sorted.
func (s *Suite) Names() []string {
	names := make([]string, 0, len(s.Cases))
	for name := range s.Cases {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Column is one binding on one backend.
type Column struct{ Binding, Backend string }

// fake is the backend of the test build that carries out fault rules.
const fake = "fake"

// Mark is what a cell of the matrix shows.
type Mark string

// The marks. Red is the only one that fails a run.
const (
	Passed     Mark = "passed"
	Expected   Mark = "differs"   // fails, and a known difference says why
	Cannot     Mark = "not said"  // the binding's surface cannot say it
	Skipped    Mark = "skipped"   // this machine lacks something, or a known difference says why
	Elsewhere  Mark = "elsewhere" // needs the fake backend, or has been seen on another
	Red        Mark = "RED"       // a failure, or a pass that must not be
	ProvedFail Mark = "proved"    // wrong on purpose, and found
)

// Cell is one case in one column.
type Cell struct {
	Mark   Mark
	Reason string
}

// plan says what is known of a cell before anything runs; run tells whether the case is run at all.
func (s *Suite) plan(name string, at Column) (cell Cell, mustFail bool, run bool) {
	c := s.Cases[name]
	if c.needsFake() && at.Backend != fake {
		return Cell{Elsewhere, "faults need the fake backend"}, false, false
	}
	if reason, ok := s.Cannot[at.Binding][name]; ok {
		return Cell{Cannot, reason}, false, false
	}
	if c.Heavy() && at.Backend != "io_uring" && (at.Binding != "core" || at.Backend == fake) {
		// They are about lengths, which a binding passes on in one place, and take seconds each.
		return Cell{Elsewhere, "gigabytes are moved once for each binding, and on each real backend of the core"}, false, false
	}
	for _, need := range c.Requires {
		if reason := missing(need); reason != "" {
			return Cell{Skipped, reason}, false, false
		}
	}
	for _, e := range s.Expectations {
		if e.Case != name || e.Binding != at.Binding || (e.Backend != "" && e.Backend != at.Backend) || (e.System != "" && e.System != runtime.GOOS) {
			continue
		}
		if e.Outcome == "skipped" {
			return Cell{Skipped, e.Reason}, false, false
		}
		return Cell{Expected, e.Reason}, true, true
	}
	if c.MustFail {
		return Cell{ProvedFail, "wrong on purpose, and found"}, true, true
	}
	return Cell{Mark: Passed}, false, true
}

// missing says why this machine cannot bring a case about.
func missing(need string) string {
	unix := runtime.GOOS != "windows"
	_, noFull := os.Stat("/dev/full")
	has := map[string]bool{
		"pipe": unix, "fifo": unix, "byte_names": unix && runtime.GOOS != "darwin",
		"proc": runtime.GOOS == "linux", "long_names": runtime.GOOS == "linux", "full_device": noFull == nil,
		"unprivileged": unix && os.Geteuid() != 0, "memory": memory() >= 6<<30,
	}
	if has[need] {
		return ""
	}
	return "needs " + map[string]string{"unprivileged": "a user who is not root", "full_device": "/dev/full", "memory": "6 GiB of free memory"}[need]
}

// memory is how many bytes can be had without swapping; 0 where that cannot be told.
func memory() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "MemAvailable: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}

// Matrix is the outcome of a run.
type Matrix struct {
	Suite   *Suite
	Columns []Column
	Cells   map[Column]map[string]Cell
}

// Result is what a runner says of one case.
type Result struct {
	Case    string
	Passed  bool
	Message string
}

// Judge fills a column: an unexpected pass is as red as an unexpected failure, and so is silence.
func (m *Matrix) Judge(at Column, results []Result) {
	said := map[string][]Result{}
	for _, r := range results {
		said[r.Case] = append(said[r.Case], r)
	}
	column := map[string]Cell{}
	for _, name := range m.Suite.Names() {
		cell, mustFail, run := m.Suite.plan(name, at)
		if run {
			cell = judge(cell, mustFail, said[name])
		}
		column[name] = cell
	}
	m.Columns = append(m.Columns, at)
	m.Cells[at] = column
}

func judge(planned Cell, mustFail bool, said []Result) Cell {
	if len(said) == 0 {
		return Cell{Red, "the runner said nothing"}
	}
	for _, r := range said {
		switch {
		case r.Passed && mustFail && planned.Mark == ProvedFail:
			return Cell{Red, "passed, although the case is wrong on purpose: the runner sees nothing"}
		case r.Passed && mustFail:
			return Cell{Red, "passed, although it is expected to fail: remove the expectation"}
		case !r.Passed && !mustFail:
			return Cell{Red, r.Message}
		}
	}
	return planned
}

// Heavy cases move gigabytes, which belong into memory: a hole on a disk would fill the page cache.
func (c Case) Heavy() bool { return slices.Contains(c.Requires, "memory") }

// toRun are the cases of a column that its runner has to walk: together, and those that want a process each.
func (s *Suite) toRun(at Column) (plain, alone []string) {
	for _, name := range s.Names() {
		if _, _, run := s.plan(name, at); !run {
			continue
		}
		if c := s.Cases[name]; c.needsFake() || c.Heavy() {
			alone = append(alone, name)
		} else {
			plain = append(plain, name)
		}
	}
	return plain, alone
}

// NewMatrix is one without columns.
func NewMatrix(s *Suite) *Matrix { return &Matrix{Suite: s, Cells: map[Column]map[string]Cell{}} }

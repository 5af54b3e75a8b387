// Package step runs a set of named steps that depend on each other: two at a time where that is safe, alone where
// they measure. It shows live lines on a terminal and one plain line per step elsewhere, keeps each step's output in
// a file, and ends with a table and a tally.
package step

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Step is one unit of work with a name that the user sees.
type Step struct {
	Name string
	// Needs are the names of the steps that must have passed before. A step whose need failed is not run.
	Needs []string
	// Alone steps measure something: nothing else runs beside them, and they wait until the rest is done.
	Alone bool
	// Timeout ends a step that hangs; zero means DefaultTimeout.
	Timeout time.Duration
	Run     func(ctx context.Context, out *Output) error
}

// DefaultTimeout is far above what any step takes, so that only a hang meets it.
const DefaultTimeout = 10 * time.Minute

// Outcome of one step.
type Outcome int

const (
	Passed Outcome = iota
	Failed
	Skipped
)

func (o Outcome) String() string {
	return [...]string{"ok", "FAILED", "skipped"}[o]
}

// Result is what the table shows of one step.
type Result struct {
	Name    string
	Outcome Outcome
	Note    string
	Seconds float64
	Log     string // path of the full output
	Counts  Counts
}

// Counts are the tests inside one step. A step that runs no suite counts as one.
type Counts struct{ Passed, Failed, Skipped int }

func (c Counts) isZero() bool { return c == Counts{} }

// skip is the error of a step that cannot run here, for a reason outside the repository.
type skip struct{ reason string }

func (s skip) Error() string { return s.reason }

// Skip ends a step as skipped. It is for what a machine does not have, never for a subject that is missing from the
// repository: that is a failure.
func Skip(format string, arguments ...any) error {
	return skip{fmt.Sprintf(format, arguments...)}
}

func classify(err error) (Outcome, string) {
	var skipped skip
	switch {
	case err == nil:
		return Passed, ""
	case errors.As(err, &skipped):
		return Skipped, skipped.reason
	case errors.Is(err, context.DeadlineExceeded):
		return Failed, "took too long and was ended"
	default:
		return Failed, err.Error()
	}
}

// tally adds up what the closing line says. A failed step counts at least one failure even when its suite reports
// none: a crash after the last test is a failure too.
func tally(results []Result) Counts {
	var total Counts
	for _, r := range results {
		counts := r.Counts
		switch r.Outcome {
		case Passed:
			if counts.isZero() {
				counts.Passed = 1
			}
		case Failed:
			if counts.Failed == 0 {
				counts.Failed = 1
			}
		case Skipped:
			if counts.Skipped == 0 {
				counts.Skipped = 1
			}
		}
		total.Passed += counts.Passed
		total.Failed += counts.Failed
		total.Skipped += counts.Skipped
	}
	return total
}

// Only keeps the steps whose name contains one of the words, and all that these need.
func Only(steps []Step, words []string) []Step {
	wanted := map[string]bool{}
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		named := slices.ContainsFunc(words, func(word string) bool { return strings.Contains(s.Name, word) })
		if !named && !wanted[s.Name] {
			continue
		}
		wanted[s.Name] = true
		for _, need := range s.Needs {
			wanted[need] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s Step) bool { return !wanted[s.Name] })
}

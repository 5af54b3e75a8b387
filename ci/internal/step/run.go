package step

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Options of one run.
type Options struct {
	Logs   string // folder of the steps' output, emptied first
	Jobs   int    // steps at once
	Stdout *os.File
}

// ErrFailed is the error of a run in which a step failed; everything has been printed by then.
var ErrFailed = errors.New("a step has failed")

// Run runs the steps in an order that respects their needs and prints the outcome.
func Run(ctx context.Context, steps []Step, options Options) error {
	if err := Validate(steps); err != nil {
		return err
	}
	if err := os.RemoveAll(options.Logs); err != nil {
		return err
	}
	if err := os.MkdirAll(options.Logs, 0o777); err != nil {
		return err
	}
	begun := time.Now()
	shown := newScreen(options.Stdout)
	results := schedule(ctx, steps, options, shown)
	shown.close()
	report(options.Stdout, results, time.Since(begun))
	if total := tally(results); total.Failed > 0 {
		return ErrFailed
	}
	return ctx.Err()
}

func Validate(steps []Step) error {
	known := map[string]bool{}
	for _, s := range steps {
		for _, need := range s.Needs {
			if !known[need] {
				return fmt.Errorf("step %q needs %q, which is not before it", s.Name, need)
			}
		}
		if known[s.Name] {
			return fmt.Errorf("two steps are named %q", s.Name)
		}
		known[s.Name] = true
	}
	return nil
}

// schedule is the loop that starts what is ready. All its state belongs to the calling goroutine; a step's own
// goroutine only sends its result.
func schedule(ctx context.Context, steps []Step, options Options, shown screen) []Result {
	waiting := slices.Clone(steps)
	finished := map[string]Result{}
	order := make([]string, len(steps))
	for i, s := range steps {
		order[i] = s.Name
	}
	done := make(chan Result)
	running := 0
	settle := func(r Result) {
		finished[r.Name] = r
		shown.finish(r)
	}
	for len(waiting) > 0 || running > 0 {
		settleBlocked(&waiting, finished, settle, ctx.Err() != nil)
		for running < options.Jobs {
			next, alone, ok := pick(&waiting, finished, running)
			if !ok {
				break
			}
			running++
			shown.start(next.Name)
			go func() { done <- execute(ctx, next, options.Logs, shown) }()
			if alone {
				break
			}
		}
		if running == 0 {
			continue
		}
		settle(<-done)
		running--
	}
	results := make([]Result, 0, len(order))
	for _, name := range order {
		results = append(results, finished[name])
	}
	return results
}

// settleBlocked gives a result to the waiting steps that can never run: one of their needs did not pass.
func settleBlocked(waiting *[]Step, finished map[string]Result, settle func(Result), interrupted bool) {
	for changed := true; changed; {
		changed = false
		*waiting = slices.DeleteFunc(*waiting, func(s Step) bool {
			reason := ""
			if interrupted {
				reason = "interrupted"
			}
			for _, need := range s.Needs {
				if r, ok := finished[need]; ok && r.Outcome != Passed {
					reason = fmt.Sprintf("needs %s, which %s", need, verb(r))
				}
			}
			if reason == "" {
				return false
			}
			settle(Result{Name: s.Name, Outcome: Skipped, Note: reason})
			changed = true
			return true
		})
	}
}

func verb(r Result) string {
	if r.Outcome == Failed {
		return "failed"
	}
	return "was skipped"
}

// pick removes and returns the first step that may start now. Steps that measure wait until every other ready step
// is done and nothing is running.
func pick(waiting *[]Step, finished map[string]Result, running int) (Step, bool, bool) {
	ready := func(s Step) bool {
		return !slices.ContainsFunc(s.Needs, func(need string) bool {
			_, ok := finished[need]
			return !ok
		})
	}
	for _, alone := range []bool{false, true} {
		if alone && running > 0 {
			break
		}
		for i, s := range *waiting {
			if s.Alone == alone && ready(s) {
				*waiting = slices.Delete(*waiting, i, i+1)
				return s, alone, true
			}
		}
	}
	return Step{}, false, false
}

func execute(ctx context.Context, s Step, logs string, shown screen) Result {
	result := Result{Name: s.Name}
	begun := time.Now()
	out, err := newOutput(logs, s.Name, shown)
	if err == nil {
		limit := s.Timeout
		if limit == 0 {
			limit = DefaultTimeout
		}
		limited, cancel := context.WithTimeout(ctx, limit)
		err = s.Run(limited, out)
		cancel()
		result.Note, result.Counts, result.Log = out.note, out.counts, out.path
		out.close()
	}
	outcome, reason := classify(err)
	result.Outcome = outcome
	if reason != "" {
		result.Note = strings.TrimSpace(result.Note + " " + reason)
	}
	result.Seconds = time.Since(begun).Seconds()
	return result
}

// report prints the failed steps' output in full, the table and the closing line.
func report(to io.Writer, results []Result, took time.Duration) {
	for _, r := range results {
		if r.Outcome != Failed {
			continue
		}
		fmt.Fprintf(to, "\n──── %s failed; its output (%s):\n", r.Name, r.Log)
		if content, err := os.ReadFile(r.Log); err == nil {
			to.Write(content)
		}
		fmt.Fprintf(to, "──── %s: %s\n", r.Name, r.Note)
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"step", "result", "seconds", "note"})
	t.SetColumnConfigs([]table.ColumnConfig{
		{Name: "seconds", Align: text.AlignRight},
		{Name: "note", WidthMax: 72},
	})
	for _, r := range results {
		t.AppendRow(table.Row{r.Name, r.Outcome, fmt.Sprintf("%.1f", r.Seconds), r.Note})
	}
	total := tally(results)
	fmt.Fprintf(to, "\n%s\n%d steps in %.0f s\n%d passed, %d failed, %d skipped\n",
		t.Render(), len(results), took.Seconds(), total.Passed, total.Failed, total.Skipped)
}

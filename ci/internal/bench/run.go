package bench

import (
	"context"
	"fmt"
	"io"
	"maps"
)

// Options of a run.
type Options struct {
	Folder   string // inputs and results
	Rounds   int
	Quick    bool
	Command  Command
	Log      io.Writer
	Progress func(done, total int64)
}

// Outcome is what one scenario gave.
type Outcome struct {
	Scenario Scenario  `json:"-"`
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Detail   string    `json:"detail"`
	Unit     string    `json:"unit"`
	Rows     []Row     `json:"rows"`
	Goals    []GoalMet `json:"goals"`
}

// Row is one contender's result.
type Row struct {
	Contender string    `json:"contender"`
	About     string    `json:"about"`
	Rates     []float64 `json:"rates"` // operations per second, by round
	Median    float64   `json:"median"`
	Spread    float64   `json:"spread"` // (largest - smallest) / median
	Ratio     float64   `json:"ratio"`  // our rate divided by this one's, the median over the rounds
	Checked   int       `json:"checked"`
	Wrong     int       `json:"wrong"`
}

// GoalMet compares a goal with what was measured.
type GoalMet struct {
	Against string  `json:"against"`
	Wanted  float64 `json:"wanted"`
	Got     float64 `json:"got"`
}

// Met says whether the goal was reached.
func (g GoalMet) Met() bool { return g.Got >= g.Wanted }

// Run measures one scenario: every contender warms up with a run in which all it reads is compared, then the rounds
// follow, each of which asks all contenders in turn.
func Run(ctx context.Context, s Scenario, o Options) (Outcome, error) {
	outcome := Outcome{Scenario: s, Name: s.Name, Title: s.Title, Detail: s.Detail, Unit: s.Unit}
	described, err := input(s.File, o.Folder, o.Quick)
	if err != nil {
		return outcome, err
	}
	workers := make([]*worker, len(s.Contenders))
	for i, c := range s.Contenders {
		w, err := start(ctx, c, o.Command, o.Log)
		if err != nil {
			return outcome, err
		}
		defer w.stop()
		workers[i] = w
		outcome.Rows = append(outcome.Rows, Row{Contender: c.Name, About: w.about})
	}
	total := int64((o.Rounds + 1) * len(workers))
	done := int64(0)
	for round := 0; round <= o.Rounds; round++ {
		for i, w := range workers {
			warm := round == 0
			// All contenders of a round get the same places; each round gets others.
			r := request{s.Name, parameters(s, s.Contenders[i], described, o.Quick, round), warm}
			sample, err := w.run(r)
			if err != nil {
				return outcome, fmt.Errorf("%s, %s, round %d: %w", s.Name, s.Contenders[i].Name, round, err)
			}
			fmt.Fprintf(o.Log, "%s round %d %s: %d %s in %.3f s, %d wrong\n",
				s.Name, round, s.Contenders[i].Name, sample.Operations, s.Unit, sample.Seconds, sample.Wrong)
			outcome.Rows[i].add(sample, warm)
			done++
			o.Progress(done, total)
		}
	}
	outcome.finish()
	return outcome, ctx.Err()
}

// parameters merges what describes the scenario, the contender and the input, the more special one last.
func parameters(s Scenario, c Contender, described map[string]any, quick bool, round int) map[string]any {
	all := map[string]any{"seed": 1000 + round}
	layers := []map[string]int{s.Parameters}
	if quick {
		layers = append(layers, s.Quick)
	}
	for _, layer := range append(layers, c.Parameters) {
		for name, value := range layer {
			// A quick run must not be made longer again by what a slow contender is given.
			if held, ok := all[name].(int); ok && quick && held != 0 && value > held {
				continue
			}
			all[name] = value
		}
	}
	maps.Copy(all, described)
	return all
}

package bench

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestFigures(t *testing.T) {
	o := Outcome{Scenario: Scenario{Goals: []Goal{{"slow", 10}, {"floor", 0.25}}}, Rows: []Row{{Contender: Ours}, {Contender: "slow"}, {Contender: "floor"}}}
	for _, seconds := range []float64{1, 0.5, 2} {
		o.Rows[0].add(Sample{Seconds: seconds, Operations: 100}, false)
		o.Rows[1].add(Sample{Seconds: seconds * 20, Operations: 100, Wrong: 1}, false)
		o.Rows[2].add(Sample{Seconds: seconds / 8, Operations: 100}, false)
	}
	o.Rows[0].add(Sample{Seconds: 99, Operations: 1}, true)
	o.finish()
	if r := o.Rows[0]; r.Median != 100 || r.Spread != 1.5 || r.Ratio != 1 {
		t.Errorf("ours: %+v", r)
	}
	if r := o.Rows[1]; r.Ratio != 20 || r.Wrong != 3 {
		t.Errorf("slow: %+v", r)
	}
	if !o.Goals[0].Met() || o.Goals[1].Met() {
		t.Errorf("goals: %+v", o.Goals)
	}
	if got := o.goals(); !strings.Contains(got, "at least 10× the rate of slow: 20×, met") || !strings.Contains(got, "at least 1/4 of the rate of floor: 0.12×, NOT met") {
		t.Errorf("goals: %s", got)
	}
}

// A quick run must not be made long again by what a slow contender is given.
func TestParameters(t *testing.T) {
	s := Scenario{Name: "s", Parameters: map[string]int{"operations": 1000, "size": 4}, Quick: map[string]int{"operations": 10}}
	slow := Contender{Parameters: map[string]int{"operations": 100}}
	described := map[string]any{"path": "/x"}
	if got := parameters(s, slow, described, false, 0); got["operations"] != 100 || got["size"] != 4 || got["path"] != "/x" {
		t.Errorf("full: %v", got)
	}
	if got := parameters(s, slow, described, true, 0); got["operations"] != 10 {
		t.Errorf("quick: %v", got)
	}
}

func TestScenariosAreWhole(t *testing.T) {
	for _, s := range Scenarios {
		names := map[string]bool{}
		for _, c := range s.Contenders {
			names[c.Name] = true
			if c.Language != s.Contenders[0].Language || c.Module == "" {
				t.Errorf("%s: %s is of another language, or has no module", s.Name, c.Name)
			}
		}
		if s.Contenders[0].Name != Ours || s.Detail == "" || s.Unit == "" {
			t.Errorf("%s: ours comes first, and everything is described", s.Name)
		}
		for _, g := range s.Goals {
			if !names[g.Against] {
				t.Errorf("%s: goal against %q, who does not take part", s.Name, g.Against)
			}
		}
	}
}

func TestLinesAreCounted(t *testing.T) {
	var text bytes.Buffer
	w := bufio.NewWriter(&text)
	count, err := lines(w, 10_000)
	w.Flush()
	if err != nil || count != bytes.Count(text.Bytes(), []byte("\n")) || text.Len() < 10_000 {
		t.Errorf("%d lines counted in %d bytes: %v", count, text.Len(), err)
	}
	if err := blocks(bufio.NewWriter(io.Discard)); err != nil {
		t.Error(err)
	}
}

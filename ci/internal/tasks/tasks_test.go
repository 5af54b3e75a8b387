package tasks

import (
	"context"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

func TestExamples(t *testing.T) {
	text := "# T\n```python\na\nb\n```\n```python fragment\nc\n```\n```console\n$ d\n```\n```python\ne\n```\n"
	got := examples(text)
	if len(got) != 2 || got[0] != (example{2, "a\nb\n"}) || got[1] != (example{12, "e\n"}) {
		t.Errorf("got %v", got)
	}
}

func TestParsePytest(t *testing.T) {
	for line, want := range map[string]step.Counts{
		"12 passed in 0.1s": {Passed: 12},
		"1 failed, 2 passed, 3 skipped, 1 error in 2.00s":             {Passed: 2, Failed: 2, Skipped: 3},
		"== 5 passed, 2 xfailed, 1 xpassed, 4 warnings in 1m (0:1) =": {Passed: 7, Failed: 1},
		"no tests ran in 0.01s":                                       {},
	} {
		if got := parsePytest(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

func TestLastLine(t *testing.T) {
	var tail lastLine
	tail.Write([]byte(strings.Repeat("x\n", 5000)))
	tail.Write([]byte("3 passed, 1 skipped in 2s\nsys:1: something at exit\n"))
	if got := tail.text(); got != "3 passed, 1 skipped in 2s" {
		t.Errorf("got %q", got)
	}
}

// Every task must be a valid plan even on a machine without any Python: the steps say what is missing.
func TestPlansAreValid(t *testing.T) {
	root, err := repo.Find()
	if err != nil {
		t.Fatal(err)
	}
	found := New(context.Background(), root).Pythons
	for name, add := range map[string]func(*Plan){
		"build": (*Plan).Build, "check": (*Plan).Check, "test": (*Plan).Test, "bench": (*Plan).Bench, "demo": (*Plan).Demo,
	} {
		for _, pythons := range [][]int{{}, {len(found)}} {
			plan := &Plan{Root: root}
			if len(pythons) > 0 {
				plan.Pythons = found
			}
			add(plan)
			if err := step.Validate(plan.Steps()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

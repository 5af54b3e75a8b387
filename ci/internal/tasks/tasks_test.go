package tasks

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

func TestExamples(t *testing.T) {
	text := "# T\n```python\na\nb\n```\n```python fragment\nc\n```\n```console\n$ d\n```\n```js\nrequire('e')\n```\n  ```go\nf\n  ```\n"
	got := examples(text)
	want := []example{{2, "python", "a\nb\n"}, {12, "js", "require('e')\n"}, {15, "go", "f\n"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	for i, extension := range []string{".py", ".cjs", ".go"} {
		if want[i].extension() != extension {
			t.Errorf("%v: %s", want[i], want[i].extension())
		}
	}
}

func TestGoFragments(t *testing.T) {
	fragment := example{7, "go", "n, err := f.Read(buffer)\nlog.Print(err)\n"}
	if !fragment.isGoFragment() || (example{1, "go", "package main\n"}).isGoFragment() {
		t.Error("a program was taken for a fragment, or the reverse")
	}
	text, err := goProgramOf("A.md", []example{fragment})
	for _, part := range []string{"import log \"log\"\n", "//line A.md:8\n", "\t_ = n\n\t_ = err\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing (%v) in\n%s", part, err, text)
		}
	}
	if strings.Contains(text, "io/fs") {
		t.Errorf("unused imports in\n%s", text)
	}
	if _, err := goProgramOf("A.md", []example{{1, "go", "if {\n"}}); err == nil {
		t.Error("a mistake was not found")
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

func TestNodeTally(t *testing.T) {
	var tally nodeTally
	for _, part := range []string{"✔ a (1ms)\nℹ tests 7\nℹ pa", "ss 3\nℹ fail 1\nℹ cancelled 1\n# skipped 2\nℹ todo 0\n", "✖ failing tests:\npass 9"} {
		tally.Write([]byte(part))
	}
	if want := (step.Counts{Passed: 3, Failed: 2, Skipped: 2}); tally.counts != want {
		t.Errorf("got %v", tally.counts)
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

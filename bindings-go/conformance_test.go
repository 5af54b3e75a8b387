package ayafileio_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
	"github.com/ayafileio/ayafileio/core/conformance"
)

// TestConformance walks the conformance cases through the exported functions. By itself it runs what needs no fault
// rules; `go run ./ci conformance` names the cases of a process in the environment, judges them itself, and has a
// process of its own for each that has rules, since these are read when the first queue opens.
func TestConformance(t *testing.T) {
	var suite conformance.Suite
	if err := conformance.ReadJSON("../spec/conformance.gen.json", &suite); err != nil {
		t.Fatal(err)
	}
	defer ayafileio.ResetConfig()
	if names := os.Getenv("AYAFILEIO_CONFORMANCE_CASES"); names != "" {
		for _, name := range strings.Fields(names) {
			fmt.Print(conformance.Line(name, walkCase(suite.Cases[name], caseCalls[name], os.Getenv("AYAFILEIO_TEST_DIR"))))
		}
		return
	}
	for _, name := range suite.Names() {
		t.Run(name, func(t *testing.T) {
			c := suite.Cases[name]
			known := suite.Known(name, "go", "")
			reason := suite.Cannot["go"][name] + conformance.Missing(c.Requires)
			if c.Faults != "" || c.Seed != 0 {
				reason = "fault rules need a process of their own: go run ./ci conformance"
			}
			if known.Outcome == "skipped" || reason != "" {
				t.Skip(reason, known.Reason)
			}
			if err := c.Judge(known, walkCase(c, caseCalls[name], t.TempDir())); err != nil {
				t.Error(err)
			}
		})
	}
}

func walkCase(c conformance.Case, calls []*caseCall, below string) error {
	stage, err := conformance.NewStage(below, c.Files)
	if err != nil {
		return err
	}
	defer stage.Close()
	ayafileio.ResetConfig()
	settings := ayafileio.Config()
	for name, value := range c.Options {
		setCaseOption(&settings, name, value)
	}
	if err := ayafileio.Configure(settings); err != nil {
		return err
	}
	w := &caseWalk{stage: stage, files: map[any]*ayafileio.File{}, started: map[any]*caseRunner{}}
	defer w.finish()
	for i, step := range c.Steps {
		if err := conformance.At(i, step, w.step(step, calls[i])); err != nil {
			return err
		}
	}
	return nil
}

// caseWalk is one case under way.
type caseWalk struct {
	stage   *conformance.Stage
	files   map[any]*ayafileio.File
	started map[any]*caseRunner
}

func (w *caseWalk) finish() {
	for _, run := range w.started {
		run.cancel()
	}
	for _, f := range w.files {
		f.Close()
	}
}

func (w *caseWalk) step(step map[string]any, call *caseCall) error {
	if done, err := w.stage.Step(step); done || call != nil && call.make == nil {
		return err
	}
	expect, _ := step["expect"].(map[string]any)
	switch {
	case call != nil:
		run, err := w.begin(step, call)
		if err != nil {
			return err
		}
		if start := step["start"]; start != nil {
			w.started[start] = run
			return run.awaitWait()
		}
		return w.settle(run, step["as"], expect)
	case step["wait"] != nil:
		run := w.started[step["wait"]]
		delete(w.started, step["wait"])
		return w.settle(run, run.as, expect)
	case step["cancel"] != nil:
		w.started[step["cancel"]].cancelled = true
		w.started[step["cancel"]].cancel()
	case step["drain"] != nil:
		for name, run := range w.started {
			delete(w.started, name)
			if err := w.settle(run, run.as, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// caseRunner is one operation, on a goroutine of its own.
type caseRunner struct {
	context   context.Context
	cancel    context.CancelFunc
	call      *caseCall
	as        any
	id        chan string // of the goroutine
	done      chan caseOutcome
	cancelled bool
}

func (w *caseWalk) begin(step map[string]any, call *caseCall) (*caseRunner, error) {
	said, _ := step["args"].(map[string]any)
	for _, key := range []string{"configure", "read_file", "write_file"} {
		if own, ok := step[key].(map[string]any); ok {
			said = own
		}
	}
	a := caseArguments{maps.Clone(said), w.stage, 0}
	if fd, ok := said["fd"]; ok {
		var err error
		if a.fd, _, err = w.stage.Descriptor(fd, slices.Contains(a.words("flags"), "owns_fd")); err != nil {
			return nil, err
		}
	}
	run := &caseRunner{call: call, as: step["as"], id: make(chan string, 1), done: make(chan caseOutcome, 1)}
	run.context, run.cancel = context.WithCancel(context.Background())
	file := w.files[step["file"]]
	go func() {
		var own [32]byte
		run.id <- strings.Fields(string(own[:runtime.Stack(own[:], false)]))[1]
		run.done <- call.make(run, file, a)
	}()
	return run, nil
}

// awaitWait returns when the operation is done or its goroutine waits for it: then its turn is taken. Whoever waits for
// a lock has not begun, and one look may catch a goroutine on its way.
func (run *caseRunner) awaitWait() error {
	id := <-run.id
	stacks := make([]byte, 1<<20)
	seen := 0
	for deadline := time.Now().Add(120 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Microsecond) {
		_, state, alive := strings.Cut(string(stacks[:runtime.Stack(stacks, true)]), "goroutine "+id+" [")
		busy := slices.ContainsFunc([]string{"run", "sync.", "sema"}, func(word string) bool { return strings.HasPrefix(state, word) })
		if seen++; busy {
			seen = 0
		}
		if len(run.done) > 0 || !alive || seen == 3 {
			return nil
		}
	}
	return errors.New("neither done nor waiting")
}

func (w *caseWalk) settle(run *caseRunner, as any, expect map[string]any) error {
	select {
	case got := <-run.done:
		if got.file != nil {
			w.files[as] = got.file
		}
		return run.compare(got, expect)
	case <-time.After(120 * time.Second):
		return errors.New("never finished")
	}
}

func (run *caseRunner) compare(got caseOutcome, expect map[string]any) error {
	key := map[bool]string{true: "refused", false: "error"}[expect["refused"] != nil]
	wanted := conformance.Allowed(expect, key)
	if run.call.instead != "" {
		wanted = []string{run.call.instead}
	}
	if !slices.ContainsFunc(wanted, func(name string) bool { return run.is(got.err, name, key == "refused") }) {
		return fmt.Errorf("the error is %v, want %s", got.err, strings.Join(wanted, " or "))
	}
	if got.err != nil || got.file != nil || run.call.instead != "" {
		return nil
	}
	return got.Compare(expect)
}

func (run *caseRunner) is(err error, name string, usage bool) bool {
	if name == "none" || err == nil {
		return name == "none" && err == nil
	}
	targets := caseErrors[name]
	if usage && caseUsage[name] != nil {
		targets = caseUsage[name]
	}
	if own, ok := run.call.raises[name]; ok {
		targets = own
	}
	if name == "ECANCELED" && run.cancelled {
		targets = caseCancelled
	}
	return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) || sameText(err, target) })
}

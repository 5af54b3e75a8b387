// Package tasks says what each task of `go run ./ci` consists of: which steps, in which order, with which needs. How
// steps are run and shown is package step's business.
package tasks

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// Plan gathers the steps of one run. A task adds its own and those it builds on; adding a group twice does nothing.
type Plan struct {
	Root    repo.Root
	Pythons []toolchain.Python // found on this machine, oldest first
	Quick   bool
	// Full runs every suite with the tests marked slow.
	Full bool
	// Runtimes installs every Node version, Bun and Deno; without it only what the addon is built with.
	Runtimes bool
	// Words limit the run to the steps whose name contains one of them, and what these need.
	Words []string
	// Scenarios limits the benchmark; empty means all. Snapshot replaces the committed results.
	Scenarios []string
	Snapshot  bool

	steps []step.Step
	tools toolchain.Venv
	// builders is held while the environment of a step that builds wheels is made.
	builders sync.Mutex
	// withoutLock is the free-threaded interpreter that a step has built.
	withoutLock toolchain.Python
	// after runs when all steps have passed, with the terminal for itself.
	after func(context.Context) error
}

// New looks for the interpreters, which decides what steps there are.
func New(ctx context.Context, root repo.Root) *Plan {
	return &Plan{Root: root, Pythons: toolchain.Pythons(ctx)}
}

// Steps in the order they were added.
func (p *Plan) Steps() []step.Step { return p.steps }

// add appends a step unless one of that name is there already, and returns the name for use as a need.
func (p *Plan) add(s step.Step) string {
	if !slices.ContainsFunc(p.steps, func(held step.Step) bool { return held.Name == s.Name }) {
		p.steps = append(p.steps, s)
	}
	return s.Name
}

// Run carries the plan out and prints the outcome.
func (p *Plan) Run(ctx context.Context, task string, jobs int) error {
	steps := p.steps
	if len(p.Words) > 0 {
		if steps = step.Only(steps, p.Words); len(steps) == 0 {
			return fmt.Errorf("no step of %s has a name with %q in it", task, p.Words)
		}
	}
	err := p.runSteps(ctx, task, steps, jobs)
	if err != nil || p.after == nil {
		return err
	}
	return p.after(ctx)
}

func (p *Plan) runSteps(ctx context.Context, task string, steps []step.Step, jobs int) error {
	if jobs <= 0 {
		// More than two would make the suites' own timeouts meet on a machine whose cores are shared.
		jobs = min(2, runtime.NumCPU())
	}
	return step.Run(ctx, steps, step.Options{Logs: p.Root.Build("logs", task), Jobs: jobs, Stdout: os.Stdout})
}

// goEnv keeps go commands away from the version control of the folder: stamping fails where the clone belongs to
// another user, as it often does in containers.
var goEnv = []string{"GOFLAGS=-buildvcs=false"}

func (p *Plan) goCommand(arguments ...string) step.Command {
	return step.Command{Name: "go", Args: arguments, Dir: string(p.Root), Env: goEnv}
}

// best is the interpreter for everything that needs only one: 3.11 where there is one, since most of the
// measurements were made with it, otherwise the newest that can build extensions.
func (p *Plan) best() (toolchain.Python, bool) {
	var chosen toolchain.Python
	for _, python := range p.Pythons {
		if !python.Headers || python.FreeThreaded {
			continue
		}
		chosen = python
		if python.MinorNumber == 11 {
			break
		}
	}
	return chosen, chosen.Exe != ""
}

func outputOf(name string, arguments ...string) (string, error) {
	text, err := exec.Command(name, arguments...).Output()
	return string(text), err
}

package tasks

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Test is the task: what must pass before a merge.
func (p *Plan) Test() {
	p.Runtimes = true
	p.Check()
	p.goTests()
	p.smoke()
	p.pythonSuites()
	p.nodeSuites()
	p.otherRuntimes()
	p.Conformance()
	p.documents()
	p.fromSource()
	p.typing()
	p.trials()
}

// goRun is one run of Go tests.
type goRun struct {
	name      string
	module    string
	env       []string
	arguments []string
}

// goTests runs the tests of each module. Those of core run with the test build's operations and its fake backend, on
// io_uring and on the forced pool, and under the race detector; and so do those of the Go binding, without cgo too.
func (p *Plan) goTests() {
	var runs []goRun
	for _, module := range repo.Modules() {
		run := goRun{name: "go test " + module, module: module}
		switch module {
		case "core":
			run.arguments = testBuild
		case "bindings-go":
			run.arguments, run.env = testBuild, []string{"CGO_ENABLED=0"}
		}
		runs = append(runs, run)
	}
	runs = append(runs,
		goRun{"go test core, threadpool", "core", []string{"AYAFILEIO_BACKEND=threadpool"}, testBuild},
		goRun{"go test core, -race", "core", []string{"CGO_ENABLED=1"}, slices.Concat(testBuild, []string{"-race"})},
		goRun{"go test bindings-go, threadpool", "bindings-go", []string{"AYAFILEIO_BACKEND=threadpool"}, testBuild},
		goRun{"go test bindings-go, -race", "bindings-go", []string{"CGO_ENABLED=1"}, slices.Concat(testBuild, []string{"-race"})},
	)
	needs := []string{p.prerequisites()}
	for _, r := range runs {
		p.add(step.Step{Name: r.name, Needs: needs, Timeout: 12 * time.Minute, Run: func(ctx context.Context, out *step.Output) error {
			if !p.hasGo(r.module) {
				return fmt.Errorf("%s has no Go code yet", r.module)
			}
			return p.goTest(ctx, out, r.env, slices.Concat(r.arguments, []string{"./" + r.module + "/..."})...)
		}})
	}
}

// testBuild adds the fake backend and the operations that only tests may call.
var testBuild = []string{"-tags", "ayatest"}

// smoke drives the library from C alone, as the least of all bindings: once as users get it, and once with the
// operation that panics.
func (p *Plan) smoke() {
	needs := []string{p.library(), p.testLibrary()}
	p.add(step.Step{Name: "smoke test in C", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		for _, run := range []struct {
			library   string
			arguments []string
		}{{p.Root.Library(), nil}, {p.Root.TestLibrary(), []string{"panic"}}} {
			if err := p.smokeWith(ctx, out, run.library, run.arguments); err != nil {
				return fmt.Errorf("with %s: %w", run.library, err)
			}
		}
		return nil
	}})
}

func (p *Plan) smokeWith(ctx context.Context, out *step.Output, library string, arguments []string) error {
	folder := p.Root.Build("smoke", filepath.Base(filepath.Dir(library)))
	if err := makeFolder(folder); err != nil {
		return err
	}
	program := filepath.Join(folder, "smoke")
	err := out.Run(ctx, step.Command{Name: "cc", Args: []string{
		"-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-I", p.Root.Path("capi"), "-o", program,
		p.Root.Path("capi", "smoke", "smoke.c"), library, "-Wl,-rpath," + filepath.Dir(library),
	}})
	if err != nil {
		return err
	}
	return out.Run(ctx, step.Command{Name: program, Args: append([]string{folder}, arguments...)})
}

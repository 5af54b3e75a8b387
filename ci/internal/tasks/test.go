package tasks

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Test is the task: what must pass before a merge.
func (p *Plan) Test() {
	p.Check()
	p.goTests()
	p.smoke()
	p.pythonSuites()
	p.documents()
	p.fromSource()
	p.typing()
	p.trials()
}

func (p *Plan) goTests() {
	needs := []string{p.prerequisites()}
	for _, module := range repo.Modules() {
		p.add(step.Step{Name: "go test " + module, Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
			if !p.hasGo(module) {
				return fmt.Errorf("%s has no Go code yet", module)
			}
			return p.goTest(ctx, out, nil, "./"+module+"/...")
		}})
	}
	p.add(step.Step{Name: "go test core -race", Needs: needs, Timeout: 12 * time.Minute,
		Run: func(ctx context.Context, out *step.Output) error {
			return p.goTest(ctx, out, []string{"CGO_ENABLED=1"}, "-race", "./core/...")
		}})
}

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

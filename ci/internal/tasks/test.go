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

// smoke drives the library from C alone, as the least of all bindings.
func (p *Plan) smoke() {
	needs := []string{p.library(), p.testLibrary()}
	p.add(step.Step{Name: "smoke test in C", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		program := p.Root.Build("smoke", "smoke")
		if err := makeFolder(filepath.Dir(program)); err != nil {
			return err
		}
		err := out.Run(ctx, step.Command{Name: "cc", Args: []string{
			"-std=c11", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-g", "-I", p.Root.Path("capi"), "-o", program,
			p.Root.Path("capi", "smoke.c"), p.Root.TestLibrary(), "-Wl,-rpath," + filepath.Dir(p.Root.TestLibrary()),
		}})
		if err != nil {
			return err
		}
		return out.Run(ctx, step.Command{Name: program, Dir: filepath.Dir(program)})
	}})
}

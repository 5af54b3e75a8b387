package tasks

import (
	"context"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// goPrograms builds the Go binding's own programs: its part of the demo, and its contenders in the benchmark. Without
// cgo, as the binding promises to work.
func (p *Plan) goPrograms() string {
	needs := []string{p.prerequisites()}
	return p.add(step.Step{Name: "go programs", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		for _, name := range []string{"bench", "demo"} {
			c := p.goCommand("build", "-trimpath", "-o", p.goProgram(name), "./bindings-go/"+name)
			c.Env = append(c.Env, "CGO_ENABLED=0")
			if err := out.Run(ctx, c); err != nil {
				return err
			}
		}
		return nil
	}})
}

func (p *Plan) goProgram(name string) string { return p.Root.Build("go", name) }

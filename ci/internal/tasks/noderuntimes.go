package tasks

import (
	"context"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// otherRuntimes run the part of the Node.js tests that needs no test runner, in Bun and Deno, where a thread waits for
// completions because no descriptor can be watched; and in Node itself, so that the part is known to be right.
func (p *Plan) otherRuntimes() {
	needs := []string{p.nodeAddon()}
	p.add(step.Step{Name: "bun and deno", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		files, err := p.filesFolder(suite{})
		if err != nil {
			return err
		}
		defer os.RemoveAll(files)
		script := p.Root.Path("bindings-node", "test", "smoke.mjs")
		for _, command := range [][]string{
			{p.npm().Node(bestNode), script}, {p.npm().Bun(), script}, {p.npm().Deno(), "run", "-A", "--no-prompt", script},
		} {
			env := []string{"AYAFILEIO_TEST_DIR=" + files, "NO_COLOR=1", "DENO_DIR=" + p.Root.Build("cache", "deno"), "DENO_NO_UPDATE_CHECK=1"}
			err := out.Run(ctx, step.Command{Name: command[0], Args: command[1:], Dir: filepath.Dir(script), Env: env})
			if err != nil {
				return err
			}
		}
		return nil
	}})
}

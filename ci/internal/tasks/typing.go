package tasks

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

const typingRequirements = "bindings-python/tests/typing/requirements.txt"

// typing checks a sample of user code with both type checkers, against the package as it is installed.
func (p *Plan) typing() {
	best, found := p.best()
	if !found {
		return // pythonSuites has said so
	}
	needs := []string{p.pythonWheel(best)}
	p.add(step.Step{Name: "typing", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		samples, _ := filepath.Glob(p.Root.Path("bindings-python", "tests", "typing", "*.py"))
		if len(samples) == 0 {
			return fmt.Errorf("bindings-python/tests/typing has no sample")
		}
		venv, err := toolchain.Make(ctx, out, best, p.testVenv("typing"))
		if err != nil {
			return err
		}
		if err := venv.Require(ctx, out, p.Root, p.tools, typingRequirements); err != nil {
			return err
		}
		wheel, err := p.builtWheel(best.Tag())
		if err != nil {
			return err
		}
		if err := venv.Install(ctx, out, p.tools, wheel); err != nil {
			return err
		}
		// A folder elsewhere, so that neither checker finds the source tree instead of what is installed.
		if err := makeFolder(p.Root.Build("typing")); err != nil {
			return err
		}
		mypy := append([]string{"-m", "mypy", "--strict", "--cache-dir", p.Root.Build("cache", "mypy")}, samples...)
		if err := out.Run(ctx, step.Command{Name: venv.Exe(), Args: mypy, Dir: p.Root.Build("typing")}); err != nil {
			return err
		}
		pyright := append([]string{"-m", "pyright", "--pythonpath", venv.Exe()}, samples...)
		// PyPI's pyright fetches the real one from npm; it uses the Node that is a prerequisite.
		env := []string{"PYRIGHT_PYTHON_CACHE_DIR=" + p.Root.Build("cache", "pyright"), "PYRIGHT_PYTHON_IGNORE_WARNINGS=1"}
		if err := out.Run(ctx, step.Command{Name: venv.Exe(), Args: pyright, Dir: p.Root.Build("typing"), Env: env}); err != nil {
			return err
		}
		out.Note("mypy --strict and pyright, %d samples", len(samples))
		return nil
	}})
}

package tasks

import (
	"context"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// fromSource installs the package as the README says, from the clone and with nothing prepared, and uses it once.
func (p *Plan) fromSource() {
	best, found := p.best()
	if !found {
		return // pythonSuites has said so
	}
	needs := []string{p.pythonTools(), p.library()}
	p.add(step.Step{Name: "pip install from the clone", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		venv, err := toolchain.Make(ctx, out, best, p.testVenv("clone"))
		if err != nil {
			return err
		}
		if err := venv.InstallSource(ctx, out, p.tools, p.Root.Path("bindings-python")); err != nil {
			return err
		}
		return out.Run(ctx, step.Command{
			Name: venv.Exe(), Args: []string{"-c", useOnce}, Dir: p.Root.Build(), Env: demoEnv,
		})
	}})
}

// useOnce opens a file, which loads the library that was installed.
const useOnce = `
import asyncio, ayafileio, sys
data = asyncio.run(ayafileio.read_bytes(sys.executable))
assert data == open(sys.executable, "rb").read()
print(ayafileio.__version__, ayafileio.__file__, len(data))
`

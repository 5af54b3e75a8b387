package tasks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/tidy"
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

// documents runs the examples of every Markdown file: a code block whose first word is "python" is a program of its
// own and must end without an error or a warning. "python fragment" marks the few that show a shape only.
func (p *Plan) documents() {
	best, found := p.best()
	if !found {
		return // pythonSuites has said so
	}
	needs := []string{p.pythonPackage(best)}
	p.add(step.Step{Name: "examples in documents", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		files, err := tidy.Load(string(p.Root))
		if err != nil {
			return err
		}
		count := 0
		for _, f := range files {
			if filepath.Ext(f.Path) != ".md" || strings.Contains(f.Path, "/testdata/") {
				continue
			}
			for _, e := range examples(string(f.Content)) {
				count++
				if err := p.runExample(ctx, out, best.Tag(), f.Path, e); err != nil {
					return fmt.Errorf("%s:%d: the example fails: %w", f.Path, e.line, err)
				}
			}
		}
		out.Note("%d examples", count)
		out.Count(step.Counts{Passed: count})
		if count == 0 {
			return fmt.Errorf("no example was found")
		}
		return nil
	}})
}

type example struct {
	line int
	code string
}

// examples are the fenced blocks that are to be run.
func examples(markdown string) []example {
	var found []example
	var current *example
	number := 0
	for line := range strings.Lines(markdown) {
		number++
		trimmed := strings.TrimSpace(line)
		switch {
		case current != nil && trimmed == "```":
			found = append(found, *current)
			current = nil
		case current != nil:
			current.code += line
		case trimmed == "```python":
			current = &example{line: number}
		}
	}
	return found
}

func (p *Plan) runExample(ctx context.Context, out *step.Output, tag, path string, e example) error {
	if err := makeFolder(p.Root.Build("examples")); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(p.Root.Build("examples"), "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	// Its lines get the numbers that they have in the document, so that a traceback points there.
	program := filepath.Join(folder, filepath.Base(path)+".py")
	if err := os.WriteFile(program, []byte(strings.Repeat("\n", e.line)+e.code), 0o666); err != nil {
		return err
	}
	return out.Run(ctx, step.Command{
		Name: toolchain.Venv{Folder: p.testVenv(tag)}.Exe(), Args: []string{"-W", "error", program}, Dir: folder, Env: demoEnv,
	})
}

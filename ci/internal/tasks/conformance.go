package tasks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/conformance"
	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// backends are those of Linux, and the test build's own, which carries out fault rules.
var backends = []string{"io_uring", "threadpool", "fake"}

// matrixPage is the summary that is kept in the repository.
const matrixPage = "spec/conformance/MATRIX.md"

// Conformance is the task: every case through every binding on every backend.
func (p *Plan) Conformance() {
	best, found := p.best()
	needs := []string{p.testLibrary(), p.library(), p.nodeTools()}
	if found {
		needs = append(needs, p.pythonPackage(best))
	}
	p.add(step.Step{Name: "conformance", Needs: needs, Timeout: 14 * time.Minute, Run: func(ctx context.Context, out *step.Output) error {
		suite, err := conformance.Load(p.Root.Path("spec", "conformance.gen.json"))
		if err != nil {
			return err
		}
		matrix := conformance.NewMatrix(suite)
		for _, run := range []func(context.Context, *step.Output, *conformance.Matrix) error{p.coreCases, p.cCases, p.pythonCases, p.nodeCases, p.goCases} {
			if err := run(ctx, out, matrix); err != nil {
				return err
			}
		}
		return p.matrix(out, matrix)
	}})
}

// matrix shows the outcome and keeps it.
func (p *Plan) matrix(out *step.Output, m *conformance.Matrix) error {
	full := p.Root.Build("conformance", "matrix.md")
	if err := os.WriteFile(full, []byte(m.Markdown()), 0o666); err != nil {
		return err
	}
	out.Announce("\n%s\n%s\nEach case, and what is not said and why: %s", m.Summary(), strings.Join(m.Reds(), "\n"), full)
	red, right := m.Count(conformance.Red), m.Count(conformance.Passed)+m.Count(conformance.Expected)+m.Count(conformance.ProvedFail)
	out.Count(step.Counts{Passed: right, Failed: red, Skipped: m.Count(conformance.Skipped)})
	out.Note("%d cases, %d times right, %d red", len(m.Suite.Cases), right, red)
	if red > 0 {
		return fmt.Errorf("%d cells are red", red)
	}
	page := p.Root.Path(matrixPage)
	if p.Snapshot {
		return os.WriteFile(page, []byte(m.Page()), 0o666)
	}
	if kept, err := os.ReadFile(page); err != nil || !m.AsLongAs(string(kept)) {
		return fmt.Errorf("%s is not about these cases: run `go run ./ci conformance -snapshot`", matrixPage)
	}
	return nil
}

// coreCases are walked by a Go test inside the core, which goes through all backends by itself.
func (p *Plan) coreCases(ctx context.Context, out *step.Output, m *conformance.Matrix) error {
	lines := p.Root.Build("conformance", "core.txt")
	if err := makeFolder(filepath.Dir(lines)); err != nil {
		return err
	}
	os.Remove(lines)
	c := p.goCommand("test", "-tags", "ayatest", "-count=1", "-run", "^TestConformance$", "./core")
	c.Env = append(c.Env, "AYAFILEIO_CONFORMANCE_LINES="+lines)
	_ = out.Run(ctx, c) // its lines say what failed; without them every cell is red
	text, _ := os.ReadFile(lines)
	for _, backend := range backends {
		var own strings.Builder
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, backend+"\t"); ok {
				own.WriteString(rest)
			}
		}
		m.Judge(conformance.Column{Binding: "core", Backend: backend}, conformance.Parse(own.String()))
	}
	return ctx.Err()
}

// cCases go through the public header.
func (p *Plan) cCases(ctx context.Context, out *step.Output, m *conformance.Matrix) error {
	program := p.Root.Build("conformance", "c")
	err := out.Run(ctx, step.Command{Name: "cc", Args: []string{
		"-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-O2", "-I", p.Root.Path("capi"), "-o", program,
		p.Root.Path("capi", "conformance", "conformance.c"), p.Root.TestLibrary(), "-Wl,-rpath," + filepath.Dir(p.Root.TestLibrary()),
	}})
	if err != nil {
		return err
	}
	return p.walkCases(ctx, out, m, "c", func(folder string, faults bool, cases []string) step.Command {
		return step.Command{Name: program, Args: append([]string{folder}, cases...)}
	})
}

func (p *Plan) pythonCases(ctx context.Context, out *step.Output, m *conformance.Matrix) error {
	best, found := p.best()
	if !found {
		return fmt.Errorf("no Python with headers")
	}
	return p.walkCases(ctx, out, m, "python", func(folder string, faults bool, cases []string) step.Command {
		return step.Command{
			Name: toolchain.Venv{Folder: p.testVenv(best.Tag())}.Exe(),
			Args: append([]string{p.Root.Path("bindings-python", "tests", "conformance.py"), folder}, cases...),
			Env:  []string{"AYAFILEIO_LIBRARY=" + p.Root.TestLibrary(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="},
		}
	})
}

func (p *Plan) nodeCases(ctx context.Context, out *step.Output, m *conformance.Matrix) error {
	err := out.Run(ctx, step.Command{
		Name: "node", Args: []string{p.Root.Path("bindings-node", "scripts", "build.mjs")}, Env: []string{"AYAFILEIO_PREBUILT_LIB=" + p.Root.Library()},
	})
	if err != nil {
		return err
	}
	return p.walkCases(ctx, out, m, "node", func(folder string, faults bool, cases []string) step.Command {
		return step.Command{
			Name: "node", Args: append([]string{p.Root.Path("bindings-node", "test", "conformance.mjs"), folder}, cases...),
			Env: []string{"AYAFILEIO_LIBRARY=" + p.Root.TestLibrary()},
		}
	})
}

// goCases are walked by a test of the Go binding, which takes them from the environment.
func (p *Plan) goCases(ctx context.Context, out *step.Output, m *conformance.Matrix) error {
	program := p.Root.Build("conformance", "go.test")
	c := p.goCommand("test", "-c", "-tags", "ayatest", "-o", program, "./bindings-go")
	c.Env = append(c.Env, "CGO_ENABLED=0")
	if err := out.Run(ctx, c); err != nil {
		return err
	}
	return p.walkCases(ctx, out, m, "go", func(folder string, faults bool, cases []string) step.Command {
		c := step.Command{
			Name: program, Args: []string{"-test.run=^TestConformance$"}, Dir: p.Root.Path("bindings-go"),
			Env: []string{"AYAFILEIO_CONFORMANCE_CASES=" + strings.Join(cases, " "), "AYAFILEIO_TEST_DIR=" + folder},
		}
		if faults {
			c.Env = append(c.Env, "GOMAXPROCS=1") // one queue: each counts for itself what its rules apply to
		}
		return c
	})
}

// walkCases runs a binding's runner on every backend: two at once, since each waits most of the time.
func (p *Plan) walkCases(ctx context.Context, out *step.Output, m *conformance.Matrix, binding string, runner func(folder string, faults bool, cases []string) step.Command) error {
	folder, err := p.filesFolder(suite{})
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	memory, err := p.filesFolder(suite{memory: true})
	if err != nil {
		return err
	}
	defer os.RemoveAll(memory)
	results := make([][]conformance.Result, len(backends))
	slots := make(chan struct{}, 2)
	var group sync.WaitGroup
	for i, backend := range backends {
		group.Add(1)
		slots <- struct{}{}
		go func() {
			defer group.Done()
			at, begun := conformance.Column{Binding: binding, Backend: backend}, time.Now()
			results[i] = m.Suite.Run(ctx, at, func(ctx context.Context, env, cases []string) (string, error) {
				below := folder
				if m.Suite.Cases[cases[0]].Heavy() {
					below = memory
				}
				c := runner(below, len(env) > 1, cases)
				c.Env = append(c.Env, env...)
				return out.Capture(ctx, c)
			})
			out.Printf("%s on %s: %.1f s", binding, backend, time.Since(begun).Seconds())
			<-slots
		}()
	}
	group.Wait()
	for i, backend := range backends {
		m.Judge(conformance.Column{Binding: binding, Backend: backend}, results[i])
	}
	return ctx.Err()
}

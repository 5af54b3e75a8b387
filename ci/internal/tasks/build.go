package tasks

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// Build is the task: the library, the test variant of it, the Python package in an environment per Python, the Node.js
// addon, and the programs of the Go binding.
func (p *Plan) Build() {
	p.library()
	p.testLibrary()
	p.pythonPackages()
	p.nodeAddon()
	p.goPrograms()
}

// prerequisites checks what only the user can install, and installs the rest.
func (p *Plan) prerequisites() string {
	return p.add(step.Step{Name: "prerequisites", Run: func(ctx context.Context, out *step.Output) error {
		if _, err := exec.LookPath("cc"); err != nil {
			if err := toolchain.Debian(ctx, out, "gcc", "libc6-dev"); err != nil {
				return fmt.Errorf("a C compiler is %w", err)
			}
		}
		node, err := outputOf("node", "--version")
		if err != nil {
			return fmt.Errorf("Node.js ≥ 20 is needed: %w", err)
		}
		var tags []string
		for _, python := range p.Pythons {
			tags = append(tags, python.Version())
			out.Printf("Python %s: %s, headers: %t, pip: %t", python.Version(), python.Exe, python.Headers, python.Pip)
		}
		out.Note("%s, Node %s, Python %s", runtime.Version(), strings.TrimSpace(node), strings.Join(tags, ", "))
		return nil
	}})
}

// Prepare serves the machine whose only Python came without the headers to build extensions with, as Debian's does. It
// runs before anything is planned, since the plan depends on which Pythons there are.
func (p *Plan) Prepare(ctx context.Context) error {
	if _, found := p.best(); found {
		return nil
	}
	return p.runSteps(ctx, "prepare", []step.Step{{Name: "python headers", Run: func(ctx context.Context, out *step.Output) error {
		if len(p.Pythons) == 0 {
			return fmt.Errorf("no Python 3.%d or newer was found on the PATH or below ~/.pyenv/versions", toolchain.OldestMinor)
		}
		if err := toolchain.Debian(ctx, out, "python3-dev", "python3-venv"); err != nil {
			return fmt.Errorf("Python's headers are %w", err)
		}
		p.Pythons = toolchain.Pythons(ctx)
		if _, found := p.best(); !found {
			return fmt.Errorf("no Python here has headers, even after installing python3-dev")
		}
		return nil
	}}}, 1)
}

func (p *Plan) library() string {
	needs := []string{p.prerequisites()}
	return p.add(step.Step{Name: "library", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if err := p.goBuild(ctx, out, p.Root.Library()); err != nil {
			return err
		}
		return copyFile(p.Root.Path("capi", "ayafileio.h"), p.Root.Build("lib", "ayafileio.h"))
	}})
}

// testLibrary has the operations that only tests may call, such as the one that panics.
func (p *Plan) testLibrary() string {
	needs := []string{p.prerequisites()}
	return p.add(step.Step{Name: "library for tests", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if err := p.goBuild(ctx, out, p.Root.TestLibrary(), "-tags", "ayatest"); err != nil {
			return err
		}
		return copyFile(p.Root.Path("capi", "ayafileio.h"), p.Root.Build("lib-test", "ayafileio.h"))
	}})
}

func (p *Plan) goBuild(ctx context.Context, out *step.Output, target string, flags ...string) error {
	arguments := append([]string{"build", "-buildmode=c-shared", "-trimpath", "-ldflags", "-s -w", "-o", target}, flags...)
	c := p.goCommand(append(arguments, "./capi")...)
	c.Env = append(c.Env, "CGO_ENABLED=1")
	if err := out.Run(ctx, c); err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	out.Note("%.1f MB", float64(info.Size())/1e6)
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

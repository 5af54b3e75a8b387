package tasks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

const (
	buildRequirements = "ci/requirements/build.txt"
	testRequirements  = "bindings-python/tests/requirements.txt"
	// freeThreadedRequirements leave out what has no wheel for such an interpreter.
	freeThreadedRequirements = "ci/requirements/test-freethreaded.txt"
	freeThreadedTag          = "3.13t"
)

// variant is one way to build the extension: by which Python, for which, with which flags.
type variant struct {
	name string // of the wheel's folder and step
	env  []string
}

// pythonTools is the environment whose pip serves all the others.
func (p *Plan) pythonTools() string {
	needs := []string{p.prerequisites()}
	return p.add(step.Step{Name: "python tools", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		tools, err := toolchain.Tools(ctx, out, p.Root, p.Pythons)
		if err != nil {
			if err = toolchain.Debian(ctx, out, "python3-venv"); err == nil {
				p.Pythons = toolchain.Pythons(ctx)
				tools, err = toolchain.Tools(ctx, out, p.Root, p.Pythons)
			}
		}
		p.tools = tools
		return err
	}})
}

// pythonPackages builds and installs the package for every Python and returns the names of the installing steps.
func (p *Plan) pythonPackages() []string {
	var names []string
	for _, python := range p.Pythons {
		names = append(names, p.pythonPackage(python))
	}
	if !p.has(toolchain.NewestMinor) {
		names = append(names, p.python314())
	}
	if !slices.ContainsFunc(p.Pythons, func(python toolchain.Python) bool { return python.FreeThreaded }) {
		names = append(names, p.freeThreaded())
	}
	return names
}

func (p *Plan) has(minor int) bool {
	return slices.ContainsFunc(p.Pythons, func(python toolchain.Python) bool {
		return python.MinorNumber == minor && !python.FreeThreaded
	})
}

// freeThreaded builds an interpreter without the lock first, where the machine has none.
func (p *Plan) freeThreaded() string {
	build := p.add(step.Step{Name: "python " + freeThreadedTag, Needs: []string{p.prerequisites()},
		Run: func(ctx context.Context, out *step.Output) error {
			python, err := toolchain.FreeThreaded(ctx, out, p.Root.Build("python-"+freeThreadedTag))
			p.withoutLock = python
			return err
		}})
	needs := []string{build, p.library(), p.pythonTools()}
	return p.add(step.Step{Name: "package " + freeThreadedTag, Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if err := p.wheel(ctx, out, p.withoutLock, variant{name: freeThreadedTag}); err != nil {
			return err
		}
		return p.install(ctx, out, p.withoutLock, p.testVenv(freeThreadedTag), freeThreadedTag)
	}})
}

// pythonWheel builds the package with the Python that it is for.
func (p *Plan) pythonWheel(python toolchain.Python) string {
	tag := python.Tag()
	needs := []string{p.library(), p.pythonTools()}
	return p.add(step.Step{Name: "wheel " + tag, Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if !python.Headers {
			return step.Skip("Python %s at %s has no headers", python.Version(), python.Exe)
		}
		return p.wheel(ctx, out, python, variant{name: tag})
	}})
}

// pythonPackage installs that wheel, and what the tests need, into the environment that the tests run in.
func (p *Plan) pythonPackage(python toolchain.Python) string {
	tag := python.Tag()
	needs := []string{p.pythonWheel(python)}
	return p.add(step.Step{Name: "package " + tag, Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		return p.install(ctx, out, python, p.testVenv(tag), tag)
	}})
}

// abi3Wheel is one extension for every CPython from 3.11 on.
func (p *Plan) abi3Wheel() string {
	needs := []string{p.library(), p.pythonTools()}
	return p.add(step.Step{Name: "wheel abi3", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		builder, found := p.best()
		if !found || builder.MinorNumber < 11 {
			return step.Skip("an abi3 wheel needs a Python ≥ 3.11 with headers to build it")
		}
		out.Note("built by %s", builder.Version())
		return p.wheel(ctx, out, builder, variant{name: "abi3", env: []string{"AYAFILEIO_ABI3=1"}})
	}})
}

// python314 installs the abi3 wheel into the CPython 3.14 that comes without headers.
func (p *Plan) python314() string {
	needs := []string{p.abi3Wheel()}
	return p.add(step.Step{Name: "package 3.14", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		python, err := toolchain.Python314(ctx, out, p.Root.Build("python-3.14"))
		if err != nil {
			return err
		}
		out.Note("%s, abi3 wheel", python.Version())
		return p.install(ctx, out, python, p.testVenv("3.14"), "abi3")
	}})
}

// testVenv is the folder of the environment that a Python's tests run in.
func (p *Plan) testVenv(tag string) string { return p.Root.Build("venv", "py"+tag) }

// wheel builds the package out of the source tree, so that two can be built at once.
func (p *Plan) wheel(ctx context.Context, out *step.Output, python toolchain.Python, v variant) error {
	builder, err := p.builder(ctx, out, python)
	if err != nil {
		return err
	}
	folder := p.Root.Build("wheels", v.name)
	work := filepath.Join(folder, "work")
	dist := filepath.Join(folder, "dist")
	// Old objects are kept out on purpose: setuptools does not see changed headers.
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o777); err != nil {
		return err
	}
	return out.Run(ctx, step.Command{
		Name: builder.Exe(),
		Dir:  p.Root.Path("bindings-python"),
		Args: []string{"setup.py", "--quiet", "egg_info", "--egg-base", work, "build", "--build-base", work,
			"bdist_wheel", "--bdist-dir", filepath.Join(work, "wheel"), "--dist-dir", dist},
		Env: append([]string{"AYAFILEIO_PREBUILT_LIB=" + p.Root.Library()}, v.env...),
	})
}

// builder is the environment that builds wheels with a Python. Several steps may ask for the same one.
func (p *Plan) builder(ctx context.Context, out *step.Output, python toolchain.Python) (toolchain.Venv, error) {
	p.builders.Lock()
	defer p.builders.Unlock()
	venv, err := toolchain.Make(ctx, out, python, p.Root.Build("venv", "build-"+python.Tag()))
	if err != nil {
		return venv, err
	}
	return venv, venv.Require(ctx, out, p.Root, p.tools, buildRequirements)
}

// builtWheel is the wheel that an earlier step has left.
func (p *Plan) builtWheel(name string) (string, error) {
	dist := p.Root.Build("wheels", name, "dist")
	wheels, _ := filepath.Glob(filepath.Join(dist, "*.whl"))
	if len(wheels) != 1 {
		return "", fmt.Errorf("%d wheels in %s instead of one", len(wheels), dist)
	}
	return wheels[0], nil
}

// install makes the test environment and puts a built wheel into it, as a user would.
func (p *Plan) install(ctx context.Context, out *step.Output, python toolchain.Python, folder, wheelName string) error {
	wheel, err := p.builtWheel(wheelName)
	if err != nil {
		return err
	}
	venv, err := toolchain.Make(ctx, out, python, folder)
	if err != nil {
		return err
	}
	requirements := testRequirements
	if python.FreeThreaded {
		requirements = freeThreadedRequirements
	}
	if err := venv.Require(ctx, out, p.Root, p.tools, requirements); err != nil {
		return err
	}
	return venv.Install(ctx, out, p.tools, wheel)
}

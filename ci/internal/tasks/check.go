package tasks

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/tidy"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// Check is the task: everything that can be said without running the library.
func (p *Plan) Check() {
	p.add(step.Step{Name: "tidy", Run: p.tidy})
	p.add(step.Step{Name: "gofmt", Run: p.gofmt})
	p.add(step.Step{Name: "generated files", Run: func(ctx context.Context, out *step.Output) error {
		return out.Run(ctx, p.goCommand("run", "./gen", "-check"))
	}})
	p.add(step.Step{Name: "go vet", Needs: []string{p.prerequisites()}, Run: p.vet})
	p.add(step.Step{Name: "modules alone", Needs: []string{p.prerequisites()}, Run: p.modulesAlone})
	for _, system := range []string{"linux", "darwin", "windows"} {
		p.add(step.Step{Name: "Go for " + system, Run: func(ctx context.Context, out *step.Output) error {
			return p.crossBuild(ctx, out, system)
		}})
	}
	p.add(step.Step{Name: "header", Needs: []string{p.prerequisites()}, Run: p.header})
	p.add(step.Step{Name: "symbols", Needs: []string{p.library()}, Run: p.symbols})
}

func (p *Plan) tidy(_ context.Context, out *step.Output) error {
	files, err := tidy.Load(string(p.Root))
	if err != nil {
		return err
	}
	findings := tidy.Check(files)
	for _, f := range findings {
		out.Printf("%s", f)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d findings", len(findings))
	}
	out.Note("%d rules, %d files", len(tidy.Rules), len(files))
	return nil
}

func (p *Plan) gofmt(ctx context.Context, out *step.Output) error {
	gofmt := filepath.Join(runtime.GOROOT(), "bin", "gofmt")
	if _, err := exec.LookPath(gofmt); err != nil {
		gofmt = "gofmt"
	}
	text, err := out.Capture(ctx, step.Command{Name: gofmt, Args: append([]string{"-l"}, repo.Modules()...), Dir: string(p.Root)})
	if err != nil {
		return err
	}
	if wrong := strings.Fields(text); len(wrong) > 0 {
		return fmt.Errorf("%d files are not formatted: gofmt -w them", len(wrong))
	}
	return nil
}

func (p *Plan) vet(ctx context.Context, out *step.Output) error {
	arguments := []string{"vet"}
	for _, module := range repo.Modules() {
		if p.hasGo(module) {
			arguments = append(arguments, "./"+module+"/...")
		}
	}
	return out.Run(ctx, p.goCommand(arguments...))
}

// modulesAlone builds each module as its own go.mod says, without the workspace: what "go get" would see.
func (p *Plan) modulesAlone(ctx context.Context, out *step.Output) error {
	for _, module := range repo.Modules() {
		if !p.hasGo(module) {
			continue
		}
		c := p.goCommand("build", "./...")
		c.Dir = p.Root.Path(module)
		c.Env = append(c.Env, "GOWORK=off")
		if module != "core" && module != "bindings-go" {
			// Programs would be written into the folder.
			c.Args = []string{"vet", "./..."}
		}
		if err := out.Run(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
	}
	return nil
}

// hasGo says whether a module has any code yet; go commands refuse a pattern that matches nothing.
func (p *Plan) hasGo(module string) bool {
	for _, pattern := range []string{"*.go", "*/*.go", "*/*/*.go"} {
		if found, _ := filepath.Glob(p.Root.Path(module, pattern)); len(found) > 0 {
			return true
		}
	}
	return false
}

// crossBuild compiles and vets core and the Go binding without cgo for one system on both processors; their tests are
// compiled too, by vet.
func (p *Plan) crossBuild(ctx context.Context, out *step.Output, system string) error {
	for _, processor := range []string{"amd64", "arm64"} {
		for _, command := range []string{"build", "vet"} {
			c := p.goCommand(command, "./core/...", "./bindings-go/...")
			c.Env = append(c.Env, "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
			if err := out.Run(ctx, c); err != nil {
				return fmt.Errorf("%s/%s: %w", system, processor, err)
			}
		}
	}
	out.Note("amd64, arm64")
	return nil
}

// header compiles the C header, included twice, as every language version that users have.
func (p *Plan) header(ctx context.Context, out *step.Output) error {
	standards := [][2]string{{"c", "c11"}, {"c", "c17"}, {"c++", "c++17"}}
	for _, standard := range standards {
		compile := func() error {
			return out.Run(ctx, step.Command{
				Name: "cc",
				Args: []string{"-x", standard[0], "-std=" + standard[1], "-Wall", "-Wextra", "-Werror", "-pedantic",
					"-fsyntax-only", "-I", p.Root.Path("capi"), "-"},
				Stdin: strings.NewReader("#include \"ayafileio.h\"\n#include \"ayafileio.h\"\nint unused_file_is_not_empty;\n"),
			})
		}
		err := compile()
		if err != nil && standard[0] == "c++" && !p.compilesCPlusPlus(ctx, out) {
			if toolchain.Debian(ctx, out, "g++") != nil {
				out.Note("C only: this machine's compiler has no C++")
				return nil
			}
			err = compile()
		}
		if err != nil {
			return fmt.Errorf("-std=%s: %w", standard[1], err)
		}
	}
	out.Note("C11, C17, C++17")
	return nil
}

// compilesCPlusPlus tells a compiler without C++ from a header that is wrong.
func (p *Plan) compilesCPlusPlus(ctx context.Context, out *step.Output) bool {
	return out.Run(ctx, step.Command{
		Name: "cc", Args: []string{"-x", "c++", "-fsyntax-only", "-"}, Stdin: strings.NewReader("int empty;\n"),
	}) == nil
}

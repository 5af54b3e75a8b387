package tasks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/tidy"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// documents runs the examples of every Markdown file: a code block whose first word is "python", "js" or "go" is a
// program of its own and must end without an error or a warning. "python fragment" and the like mark the few that show
// a shape only.
func (p *Plan) documents() {
	best, found := p.best()
	if !found {
		return // pythonSuites has said so
	}
	needs := []string{p.pythonPackage(best), p.nodeAddon()}
	p.add(step.Step{Name: "examples in documents", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if err := p.findableFromExamples(); err != nil {
			return err
		}
		files, err := tidy.Load(string(p.Root))
		if err != nil {
			return err
		}
		counts := map[string]int{}
		for _, f := range files {
			if filepath.Ext(f.Path) != ".md" || strings.Contains(f.Path, "/testdata/") {
				continue
			}
			var fragments []example
			for _, e := range examples(string(f.Content)) {
				counts[e.language]++
				if e.isGoFragment() {
					fragments = append(fragments, e)
					continue
				}
				if err := p.runExample(ctx, out, best.Tag(), f.Path, e); err != nil {
					return fmt.Errorf("%s:%d: the example fails: %w", f.Path, e.line, err)
				}
			}
			if err := p.compileGoFragments(ctx, out, f.Path, fragments); err != nil {
				return fmt.Errorf("%s: its pieces of Go do not compile: %w", f.Path, err)
			}
		}
		var notes []string
		for _, language := range exampleLanguages {
			if counts[language] == 0 {
				return fmt.Errorf("no example in %s was found", language)
			}
			notes = append(notes, fmt.Sprintf("%d in %s", counts[language], language))
			out.Count(step.Counts{Passed: counts[language]})
		}
		out.Note("%s", strings.Join(notes, ", "))
		return nil
	}})
}

var exampleLanguages = []string{"python", "js", "go"}

type example struct {
	line     int
	language string
	code     string
}

// examples are the fenced blocks that are to be run.
func examples(markdown string) []example {
	var found []example
	var current *example
	number := 0
	for line := range strings.Lines(markdown) {
		number++
		trimmed := strings.TrimSpace(line)
		language, fence := strings.CutPrefix(trimmed, "```")
		switch {
		case current != nil && trimmed == "```":
			found = append(found, *current)
			current = nil
		case current != nil:
			current.code += line
		case fence && slices.Contains(exampleLanguages, language):
			current = &example{line: number, language: language}
		}
	}
	return found
}

// findableFromExamples puts the npm package where a program in the examples' folder looks for it.
func (p *Plan) findableFromExamples() error {
	folder := p.Root.Build("examples", "node_modules")
	if err := makeFolder(folder); err != nil {
		return err
	}
	link := filepath.Join(folder, "ayafileio")
	if err := os.RemoveAll(link); err != nil {
		return err
	}
	return os.Symlink(p.Root.Path("bindings-node"), link)
}

func (p *Plan) runExample(ctx context.Context, out *step.Output, tag, path string, e example) error {
	folder, err := os.MkdirTemp(p.Root.Build("examples"), "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, filepath.Base(path)+e.extension())
	// Its lines get the numbers that they have in the document, so that a traceback points there.
	if err := os.WriteFile(program, []byte(strings.Repeat("\n", e.line)+e.code), 0o666); err != nil {
		return err
	}
	switch e.language {
	case "js":
		return out.Run(ctx, step.Command{Name: "node", Args: []string{"--import", warningsAreErrors, program}, Dir: folder})
	case "go":
		return p.runGoExample(ctx, out, program, folder)
	}
	return out.Run(ctx, step.Command{
		Name: toolchain.Venv{Folder: p.testVenv(tag)}.Exe(), Args: []string{"-W", "error", program}, Dir: folder, Env: demoEnv,
	})
}

func (e example) extension() string {
	switch {
	case e.language == "python":
		return ".py"
	case e.language == "go":
		return ".go"
	case strings.Contains(e.code, "require("):
		return ".cjs"
	}
	return ".mjs"
}

// warningsAreErrors ends a Node program with its first warning, such as the one about a handle that was never closed.
const warningsAreErrors = "data:text/javascript,process.on('warning',(warning)=>{throw%20warning})"

// runGoExample builds where the workspace is in force, and runs in the example's own folder.
func (p *Plan) runGoExample(ctx context.Context, out *step.Output, program, folder string) error {
	built := filepath.Join(folder, "program")
	if err := out.Run(ctx, p.goCommand("build", "-o", built, program)); err != nil {
		return err
	}
	return out.Run(ctx, step.Command{Name: built, Dir: folder})
}

package tasks

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// Demo is the task: it sets up, then hands the terminal to the program that does the main job.
func (p *Plan) Demo() {
	p.demoParts()
	p.after = func(ctx context.Context) error {
		name, arguments, err := p.demoCommand(p.Quick)
		if err != nil {
			return err
		}
		fmt.Println()
		cmd := exec.CommandContext(ctx, name, arguments...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		// The program gets the terminal's interrupt itself and ends cleanly.
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		cmd.WaitDelay = 5 * time.Second
		cmd.Env = append(os.Environ(), demoEnv...)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("the demo: %w", err)
		}
		return nil
	}
}

var demoEnv = []string{"PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="}

// demoParts are the steps that the demo needs: what each language brings.
func (p *Plan) demoParts() []string {
	return []string{p.peers("demo", demoRequirements, true), p.nodeAddon(), p.goPrograms()}
}

func (p *Plan) demoCommand(quick bool) (string, []string, error) {
	goroot, err := outputOf("go", "env", "GOROOT")
	if err != nil {
		return "", nil, err
	}
	arguments := []string{
		p.Root.Path("bindings-python", "demo", "demo.py"),
		"--source", filepath.Join(strings.TrimSpace(goroot), "src"),
		"--work", p.Root.Build("demo"),
		"--program", fmt.Sprintf("Node.js=node '%s'", p.Root.Path("bindings-node", "demo", "program.mjs")),
		"--program", fmt.Sprintf("Go='%s'", p.goProgram("demo")),
	}
	if quick {
		arguments = append(arguments, "--rounds", "1", "--limit", "2000")
	}
	return toolchain.Venv{Folder: p.testVenv("demo")}.Exe(), arguments, nil
}

// trials run the demo and the benchmark in short forms, so that neither can break unseen.
func (p *Plan) trials() {
	p.add(step.Step{Name: "demo, short form", Needs: p.demoParts(), Alone: true, Run: func(ctx context.Context, out *step.Output) error {
		name, arguments, err := p.demoCommand(true)
		if err != nil {
			return err
		}
		if err := out.Run(ctx, step.Command{Name: name, Args: arguments, Env: demoEnv}); err != nil {
			return err
		}
		// With fewer files: it is about the verdict, not about the work.
		arguments = append(arguments, "--limit", "200")
		arguments[0] = p.Root.Path("bindings-python", "demo", "self_check.py")
		return out.Run(ctx, step.Command{Name: name, Args: arguments, Env: demoEnv})
	}})
	p.Quick = true
	p.Bench()
}

package tasks

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/bench"
	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

const (
	benchRequirements    = "bindings-python/bench/requirements.txt"
	demoRequirements     = "bindings-python/demo/requirements.txt"
	originalRequirements = "bindings-python/bench/requirements-original.txt"
	benchRounds          = 9
	benchRoundsQuick     = 2
	snapshotFolder       = "bindings-python/bench/snapshot"
)

// Bench is the task. Each scenario is a step that runs alone.
func (p *Plan) Bench() {
	chosen, err := p.scenarios()
	if err != nil {
		p.add(step.Step{Name: "scenarios", Run: func(context.Context, *step.Output) error { return err }})
		return
	}
	rounds := benchRounds
	if p.Quick {
		rounds = benchRoundsQuick
	}
	report := bench.NewReport(rounds, p.Quick)
	var names []string
	for _, s := range chosen {
		var needs []string
		switch s.Contenders[0].Language {
		case bench.Node:
			needs = []string{p.nodeAddon()}
		case bench.Go:
			needs = []string{p.goPrograms()}
		default:
			needs = []string{p.peers("bench", benchRequirements, true), p.peers("original", originalRequirements, false)}
		}
		names = append(names, p.add(step.Step{Name: "bench " + s.Name, Needs: needs, Alone: true, Timeout: 15 * time.Minute,
			Run: func(ctx context.Context, out *step.Output) error { return p.measure(ctx, out, s, report) }}))
	}
	// The chart is drawn in the environment of the Python contenders.
	needs := append(names, p.peers("bench", benchRequirements, true))
	p.add(step.Step{Name: "bench report", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		return p.writeReport(ctx, out, report)
	}})
}

func (p *Plan) scenarios() ([]bench.Scenario, error) {
	for _, name := range p.Scenarios {
		if !slices.ContainsFunc(bench.Scenarios, func(s bench.Scenario) bool { return s.Name == name }) {
			return nil, fmt.Errorf("no scenario is named %q; bench -list shows them", name)
		}
	}
	chosen := slices.Clone(bench.Scenarios)
	return slices.DeleteFunc(chosen, func(s bench.Scenario) bool {
		return len(p.Scenarios) > 0 && !slices.Contains(p.Scenarios, s.Name)
	}), nil
}

// ListScenarios prints what there is to measure.
func (p *Plan) ListScenarios(to io.Writer) error {
	for _, s := range bench.Scenarios {
		var against []string
		for _, c := range s.Contenders[1:] {
			against = append(against, c.Name)
		}
		fmt.Fprintf(to, "%-14s %s (against %s)\n", s.Name, s.Detail, strings.Join(against, ", "))
	}
	return nil
}

// peers is an environment for the benchmark and the demo, with or without our own package in it.
func (p *Plan) peers(name, requirements string, withOurs bool) string {
	best, found := p.best()
	needs := []string{p.pythonTools()}
	if found && withOurs {
		needs = append(needs, p.pythonWheel(best))
	}
	return p.add(step.Step{Name: name + " environment", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		best, found := p.best()
		if !found {
			return fmt.Errorf("no Python here has headers")
		}
		venv, err := toolchain.Make(ctx, out, best, p.testVenv(name))
		if err != nil {
			return err
		}
		if err := venv.Require(ctx, out, p.Root, p.tools, requirements); err != nil {
			return err
		}
		if !withOurs {
			return nil
		}
		wheel, err := p.builtWheel(best.Tag())
		if err != nil {
			return err
		}
		return venv.Install(ctx, out, p.tools, wheel)
	}})
}

func (p *Plan) measure(ctx context.Context, out *step.Output, s bench.Scenario, report *bench.Report) error {
	folder := p.Root.Build("bench", "data")
	if err := makeFolder(folder); err != nil {
		return err
	}
	outcome, err := bench.Run(ctx, s, bench.Options{
		Folder: folder, Rounds: report.Rounds, Quick: p.Quick, Log: out, Progress: out.Progress,
		Command: p.contender,
	})
	if err != nil {
		return err
	}
	report.Outcomes = append(report.Outcomes, outcome)
	out.Announce("\n%s", outcome.Table())
	for _, row := range outcome.Rows {
		if row.Contender == bench.Ours && row.Wrong > 0 {
			return fmt.Errorf("our own reads gave wrong bytes: %d of %d", row.Wrong, row.Checked)
		}
	}
	var notes []string
	for _, row := range outcome.Rows[1:] {
		notes = append(notes, bench.Times(row.Ratio)+" "+row.Contender)
	}
	out.Note("%s", strings.Join(notes, ", "))
	return nil
}

// contender is the process of one: each language has a worker that speaks the same protocol.
func (p *Plan) contender(c bench.Contender) *exec.Cmd {
	switch c.Language {
	case bench.Node:
		return exec.Command("node", p.Root.Path("bindings-node", "bench", "worker.mjs"), c.Module)
	case bench.Go:
		return exec.Command(p.goProgram("bench"), "-worker", c.Module)
	}
	cmd := exec.Command(toolchain.Venv{Folder: p.testVenv(c.Venv)}.Exe(), "worker.py", c.Module)
	cmd.Dir = p.Root.Path("bindings-python", "bench")
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=")
	return cmd
}

// writeReport leaves the results in three forms, and replaces the committed ones when asked to.
func (p *Plan) writeReport(ctx context.Context, out *step.Output, report *bench.Report) error {
	folder := p.Root.Build("bench")
	if p.Snapshot {
		if p.Quick || len(p.Scenarios) > 0 {
			return fmt.Errorf("a snapshot is made of a full run of all scenarios")
		}
		folder = p.Root.Path(snapshotFolder)
	}
	if err := makeFolder(folder); err != nil {
		return err
	}
	text, err := report.JSON()
	if err != nil {
		return err
	}
	if err := os.WriteFile(folder+"/results.json", text, 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(folder+"/results.md", []byte(report.Markdown()), 0o666); err != nil {
		return err
	}
	out.Note("%s", folder)
	return out.Run(ctx, step.Command{
		Name: toolchain.Venv{Folder: p.testVenv("bench")}.Exe(),
		Args: []string{p.Root.Path("bindings-python", "bench", "chart.py"), folder + "/results.json", folder + "/results.svg"},
		Env:  []string{"MPLCONFIGDIR=" + p.Root.Build("cache", "matplotlib")},
	})
}

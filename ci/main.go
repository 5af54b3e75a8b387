// Command ci is the one program that builds, checks, tests and measures this repository:
//
//	go run ./ci <task> [flags]
//
// It needs Go, a C compiler, Python ≥ 3.10 and Node ≥ 20, and installs everything else into build/.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/tasks"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().Run(ctx, os.Args)
	stop()
	if err != nil {
		// The closing line stays the last one where the steps have said it all.
		if !errors.Is(err, step.ErrFailed) {
			fmt.Fprintln(os.Stderr, "ci:", err)
		}
		os.Exit(1)
	}
}

func command() *cli.Command {
	jobs := &cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Usage: "steps at once (0: as many as there are cores, at most 2)"}
	only := &cli.StringSliceFlag{Name: "step", Aliases: []string{"s"}, Usage: "only the steps whose name contains this, and what they need"}
	quick := &cli.BoolFlag{Name: "quick", Usage: "less data and fewer rounds: shows that it works, measures little"}
	return &cli.Command{
		Name:      "ci",
		Usage:     "build, check, test and measure ayafileio",
		UsageText: "go run ./ci <task> [flags]",
		Description: "Needs Go, a C compiler, Python ≥ 3.10 and Node ≥ 20. Everything else is installed into build/,\n" +
			"which can be deleted at any time. The output of each step is kept in build/logs/<task>/.",
		Commands: []*cli.Command{
			task("demo", "checksum and copy Go's own source tree in Python, Node.js and Go, beside peers", (*tasks.Plan).Demo, quick),
			task("test", "everything that must pass before a merge", (*tasks.Plan).Test, jobs, only,
				&cli.BoolFlag{Name: "full", Usage: "the whole suite on every Python and Node.js, also what takes long"}),
			task("conformance", "every conformance case through every binding on every backend; prints the matrix", (*tasks.Plan).Conformance, jobs,
				&cli.BoolFlag{Name: "snapshot", Usage: "replace the summary that the README links"}),
			task("check", "formatting, generated files, other systems, header, symbols, rules of the repository", (*tasks.Plan).Check, jobs, only),
			task("build", "the library, the Python package in an environment per Python, the Node.js addon, the Go programs", (*tasks.Plan).Build, jobs, only),
			task("bench", "measure against peers, interleaved; writes build/bench/", (*tasks.Plan).Bench, quick,
				&cli.StringSliceFlag{Name: "scenario", Usage: "only these scenarios, by name (bench -list shows them)"},
				&cli.BoolFlag{Name: "list", Usage: "list the scenarios and stop"},
				&cli.BoolFlag{Name: "snapshot", Usage: "replace the snapshot that the README shows"}),
		},
	}
}

// task is one sub-command: it plans its steps, and the plan runs them.
func task(name, usage string, add func(*tasks.Plan), flags ...cli.Flag) *cli.Command {
	return &cli.Command{
		Name:  name,
		Usage: usage,
		Flags: flags,
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return fmt.Errorf("%s takes no arguments, got %q", name, c.Args().Slice())
			}
			root, err := repo.Find()
			if err != nil {
				return err
			}
			plan := tasks.New(ctx, root)
			plan.Quick = c.Bool("quick")
			plan.Full = c.Bool("full")
			plan.Words = c.StringSlice("step")
			plan.Scenarios = c.StringSlice("scenario")
			plan.Snapshot = c.Bool("snapshot")
			if c.Bool("list") {
				return plan.ListScenarios(os.Stdout)
			}
			if name != "check" {
				if err := plan.Prepare(ctx); err != nil {
					return err
				}
			}
			add(plan)
			return plan.Run(ctx, name, c.Int("jobs"))
		},
	}
}

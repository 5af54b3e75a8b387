// Command bench compares files of this package with those of package os, side by side in one run.
//
//	go run ./bindings-go/bench                 a table
//	go run ./bindings-go/bench -json FILE      and the figures
//	go run ./bindings-go/bench -scenario hot   one of them (-list shows their names)
//
// Each round runs both contenders, in turns, each for a few milliseconds where that will do: on a machine with other work,
// most of these are left alone by it. What is printed is the median of the rounds and the ratio of the medians.
// Contents are compared with what the file holds.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
)

func main() {
	var o options
	flag.StringVar(&o.json, "json", "", "write the figures to this file")
	flag.StringVar(&o.dir, "dir", "", "where the files go; on a disk, for what is said of a disk")
	flag.StringVar(&o.only, "scenario", "", "run this one only")
	flag.IntVar(&o.rounds, "rounds", 15, "how many rounds of each")
	list := flag.Bool("list", false, "list the scenarios")
	child := flag.String("child", "", "internal: run many goroutines in a process of their own")
	worker := flag.String("worker", "", "be a contender (ayafileio, os) of go run ./ci bench")
	flag.IntVar(&o.goroutines, "goroutines", 100_000, "how many goroutines read at the same time in the scenario many")
	flag.Parse()
	switch {
	case *list:
		for _, s := range scenarios {
			fmt.Fprintf(os.Stdout, "%-12s %s\n", s.name, s.about)
		}
		return
	case *worker != "":
		if err := work(*worker); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	case *child != "":
		runChild(*child, flag.Arg(0), o.goroutines)
		return
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	json, dir, only    string
	rounds, goroutines int
}

// figure is one row of the table.
type figure struct {
	Scenario string    `json:"scenario"`
	Unit     string    `json:"unit"`
	Ours     float64   `json:"ours"`
	OS       float64   `json:"os"`
	Ratio    float64   `json:"ratio"`
	Spread   []float64 `json:"spread,omitempty"` // the ratios of all rounds but the tenth that is lowest and the tenth that is highest
	Note     string    `json:"note,omitempty"`
}

type report struct {
	Machine string         `json:"machine"`
	Backend ayafileio.Info `json:"backend"`
	Figures []figure       `json:"figures"`
}

func run(o options) error {
	dir, err := os.MkdirTemp(o.dir, "ayafileio-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	result := report{Backend: ayafileio.BackendInfo()}
	result.Machine = fmt.Sprintf("%s/%s, %d processors, %s", result.Backend.Platform, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Fprintf(os.Stdout, "%s, %s (kernel %s)\n\n", result.Machine, result.Backend.Backend, result.Backend.Kernel)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "scenario\tours\tos\tunit\tours/os\tof the rounds\t")
	found := false
	for _, s := range scenarios {
		if o.only != "" && o.only != s.name {
			continue
		}
		found = true
		figures, err := s.run(filepath.Join(dir, s.name), o)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, f := range figures {
			spread := f.Note
			if len(f.Spread) == 2 {
				spread = fmt.Sprintf("%.2f–%.2f", f.Spread[0], f.Spread[1])
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t%s\t\n", f.Scenario, number(f.Ours), number(f.OS), f.Unit, f.Ratio, spread)
		}
		result.Figures = append(result.Figures, figures...)
	}
	if !found {
		return fmt.Errorf("there is no scenario %q; -list shows them", o.only)
	}
	table.Flush()
	if o.json == "" {
		return nil
	}
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, append(text, '\n'), 0o644)
}

func number(v float64) string {
	switch {
	case v == 0:
		return "–"
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// contenders run the same work; each returns how long one unit of it took.
type contenders struct{ ours, os func() (time.Duration, error) }

// compare runs them in turns, changing who is first.
func compare(name, unit string, rounds int, c contenders) (figure, error) {
	var ours, std, ratios []float64
	for round := range rounds + 1 {
		var took [2]time.Duration
		for turn := range 2 {
			which := (round + turn) % 2
			work := c.ours
			if which == 1 {
				work = c.os
			}
			var err error
			if took[which], err = work(); err != nil {
				return figure{}, err
			}
		}
		if round == 0 {
			continue // to get warm
		}
		a, b := float64(took[0]), float64(took[1])
		ours, std, ratios = append(ours, a), append(std, b), append(ratios, a/b)
	}
	scale := 1.0
	if unit == "µs" {
		scale = 1000
	}
	a, b := median(ours), median(std)
	return figure{
		Scenario: strings.TrimSpace(name), Unit: unit, Ours: a / scale, OS: b / scale, Ratio: a / b,
		Spread: []float64{quantile(ratios, 0.1), quantile(ratios, 0.9)},
	}, nil
}

func median(v []float64) float64 { return quantile(v, 0.5) }

func quantile(v []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(v))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

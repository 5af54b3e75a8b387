package core

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/conformance"
)

// TestConformance runs every case on every backend of this build, on a disk and in memory, with and without the inline
// path. Cases with fault rules need the fake backend, which only the test build (-tags ayatest) has.
func TestConformance(t *testing.T) {
	var suite conformance.Suite
	if err := conformance.ReadJSON("../spec/conformance.gen.json", &suite); err != nil {
		t.Fatal(err)
	}
	directories := map[string]string{}
	for label, below := range map[string]string{"disk": "", "memory": "/dev/shm"} {
		if made, err := os.MkdirTemp(below, "ayafileio-conformance-"); err == nil {
			t.Cleanup(func() { os.RemoveAll(made) }) // not t.TempDir: where removal is incomplete (Wine) that is no failure
			directories[label] = made
		}
	}
	for _, name := range suite.Names() {
		t.Run(name, func(t *testing.T) {
			c := suite.Cases[name]
			if reason := conformance.Missing(c.Requires) + suite.Cannot["core"][name]; reason != "" {
				t.Skip(reason)
			}
			for _, backend := range backendsOf(t, c) {
				for place, directory := range directories {
					for _, inline := range []bool{true, false} {
						if slices.Contains(c.Requires, "memory") && (place != "memory" || !inline || backend == "fake") {
							continue // once for each backend is enough of gigabytes
						}
						t.Run(fmt.Sprintf("%s/%s/inline=%v", backend, place, inline), func(t *testing.T) {
							known := suite.Known(name, "core", backend)
							if known.Outcome == "skipped" {
								t.Skip(known.Reason)
							}
							failure := runCase(t, c, backend, directory, inline)
							report(t, backend+"\t"+conformance.Line(name, failure))
							if err := c.Judge(known, failure); err != nil {
								t.Error(err)
							}
						})
					}
				}
			}
		})
	}
}

// report adds a line to the file that `go run ./ci conformance` reads, when it asks for one.
func report(t *testing.T, line string) {
	path := os.Getenv("AYAFILEIO_CONFORMANCE_LINES")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(line)
	f.Close()
}

func backendsOf(t *testing.T, c conformance.Case) []string {
	all := workingCandidates(t)
	if c.Faults == "" && c.Seed == 0 {
		return append(all, "threadpool")
	}
	if !slices.Contains(all, "fake") {
		t.Skip("faults need the fake backend: go test -tags ayatest")
	}
	return []string{"fake"}
}

// workingCandidates are the native backends that can be had here. A machine that forbids io_uring tests the others.
func workingCandidates(t testing.TB) (names []string) {
	for _, c := range candidates(false) {
		b, err := c.open()
		if err != nil {
			t.Logf("without %s: %v", c.name, err)
			continue
		}
		b.Close()
		names = append(names, c.name)
	}
	return names
}

// runCase sets the stage, walks the steps, and looks whether anything was left behind.
func runCase(t *testing.T, c conformance.Case, backend, directory string, inline bool) error {
	t.Setenv(backendVariable, backend)
	t.Setenv("AYAFILEIO_FAKE_RULES", c.Faults)
	t.Setenv("AYAFILEIO_FAKE_SEED", fmt.Sprint(c.Seed))
	defer ConfigureReset()
	if !inline {
		Configure("inline_read_max", 0)
	}
	for name, value := range c.Options {
		if err := Configure(name, value); err != EOK {
			return fmt.Errorf("option %s: %v", name, err)
		}
	}
	before := openDescriptors()
	stage, err := conformance.NewStage(directory, c.Files)
	if err != nil {
		return err
	}
	defer stage.Close()
	r := &caseRunner{stage: stage, files: map[string]uint64{}, started: map[string]*operation{}}
	for i := range r.queues {
		q, err := OpenQueue()
		if err != EOK {
			return fmt.Errorf("queue: %v", err)
		}
		r.queues[i] = q
	}
	var failure error
	for i, step := range c.Steps {
		if failure = conformance.At(i, step, r.step(step)); failure != nil {
			break
		}
	}
	stage.Close()
	if err := r.finish(); failure == nil {
		failure = err
	}
	// Closing goes on in the background in places, and so may a worker; but not for long.
	for deadline := time.Now().Add(3 * time.Second); openDescriptors() != before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d descriptors before, %d after; %v", before, openDescriptors(), failure)
		}
	}
	return failure
}

// openDescriptors counts them; 0 where that cannot be told.
func openDescriptors() int { return conformance.OpenDescriptors() }

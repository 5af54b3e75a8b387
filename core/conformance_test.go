package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

// conformanceCase is one file of spec/conformance; its schema, spec/schema/conformance.schema.json, says what each part
// means.
type conformanceCase struct {
	Requires []string         `json:"requires"`
	Faults   string           `json:"faults"`
	Seed     int64            `json:"seed"`
	Options  map[string]int64 `json:"options"`
	Files    map[string]any   `json:"files"`
	MustFail bool             `json:"must_fail"`
	Steps    []map[string]any `json:"steps"`
}

type expectation struct {
	Case, Binding, Backend, System, Outcome, Reason string
}

type conformanceSuite struct {
	Cases        map[string]conformanceCase `json:"cases"`
	Expectations []expectation              `json:"expectations"`
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // offsets need all 64 bits
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// TestConformance runs every case on every backend of this build, on a disk and in memory, with and without the inline
// path. Cases with fault rules need the fake backend, which only the test build (-tags ayatest) has.
func TestConformance(t *testing.T) {
	var suite conformanceSuite
	readJSON(t, "../spec/conformance.gen.json", &suite)
	var api apiDocument
	readJSON(t, "../spec/api.gen.json", &api)
	var names []string
	for name := range suite.Cases {
		names = append(names, name)
	}
	sort.Strings(names)
	disk, err := os.MkdirTemp("", "ayafileio-conformance-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(disk) }) // not t.TempDir: where removal is incomplete (Wine) that is no failure
	directories := map[string]string{"disk": disk}
	if memory, err := os.MkdirTemp("/dev/shm", "ayafileio-conformance-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		directories["memory"] = memory
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c := suite.Cases[name]
			if reason := missing(c.Requires); reason != "" {
				t.Skip(reason)
			}
			for _, backend := range backendsOf(t, c) {
				for place, directory := range directories {
					for _, inline := range []bool{true, false} {
						label := fmt.Sprintf("%s/%s/inline=%v", backend, place, inline)
						t.Run(label, func(t *testing.T) {
							judge(t, suite.known(name, backend), c, func() error {
								err := runCase(t, &api, c, backend, directory, inline)
								report(t, backend, name, err)
								return err
							})
						})
					}
				}
			}
		})
	}
}

// report adds a line to the file that `go run ./ci conformance` reads, when it asks for one.
func report(t *testing.T, backend, name string, failure error) {
	path := os.Getenv("AYAFILEIO_CONFORMANCE_LINES")
	if path == "" {
		return
	}
	line := backend + "\tpassed\t" + name
	if failure != nil {
		line = backend + "\tfailed\t" + name + "\t" + strings.ReplaceAll(failure.Error(), "\n", " ")
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, line)
	f.Close()
}

func backendsOf(t *testing.T, c conformanceCase) []string {
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

func (s *conformanceSuite) known(name, backend string) expectation {
	for _, e := range s.Expectations {
		if e.Case == name && e.Binding == "core" && (e.Backend == "" || e.Backend == backend) && (e.System == "" || e.System == runtime.GOOS) {
			return e
		}
	}
	return expectation{}
}

// judge compares what a run gave with what is expected of it. An unexpected pass is as red as an unexpected failure.
func judge(t *testing.T, known expectation, c conformanceCase, run func() error) {
	t.Helper()
	if known.Outcome == "skipped" {
		t.Skip(known.Reason)
	}
	err := run()
	switch {
	case c.MustFail && err == nil:
		t.Error("the case is wrong on purpose, and passed: the runner is broken")
	case c.MustFail:
	case known.Outcome == "fails" && err == nil:
		t.Errorf("passes, but is expected to fail (%s): take the expectation out", known.Reason)
	case known.Outcome == "fails":
		t.Skipf("fails as expected: %s", known.Reason)
	case err != nil:
		t.Error(err)
	}
}

// missing says why a case cannot run here.
func missing(requires []string) string {
	unix := runtime.GOOS != "windows"
	linux := runtime.GOOS == "linux"
	has := map[string]bool{
		"pipe": unix, "fifo": unix, "byte_names": unix && runtime.GOOS != "darwin",
		"proc": linux, "full_device": linux, "long_names": linux, "unprivileged": unix && os.Geteuid() != 0,
	}
	for _, need := range requires {
		if !has[need] {
			return "needs " + strings.ReplaceAll(need, "_", " ")
		}
	}
	return ""
}

// runCase sets the stage, walks the steps, and looks whether anything was left behind.
func runCase(t *testing.T, api *apiDocument, c conformanceCase, backend, directory string, inline bool) error {
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
	scratch, err := os.MkdirTemp(directory, "case-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	before := openDescriptors()
	r := &caseRunner{
		t: t, api: api, dir: scratch,
		files: map[string]uint64{}, started: map[string]*operation{}, pipes: map[string]*[2]int{},
	}
	if err := r.prepare(c.Files); err != nil {
		return err
	}
	for i := range r.queues {
		q, err := OpenQueue()
		if err != EOK {
			return fmt.Errorf("queue: %v", err)
		}
		r.queues[i] = q
	}
	failure := r.walk(c.Steps)
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

func (r *caseRunner) prepare(files map[string]any) error {
	for name, content := range files {
		path := filepath.Join(r.dir, name)
		special, _ := content.(map[string]any)
		var err error
		switch {
		case special["directory"] != nil:
			err = os.Mkdir(path, 0o777)
		case special["fifo"] != nil:
			err = makeFifo(path)
		case special["link"] != nil:
			err = os.Symlink(special["link"].(string), path)
		case special["forbidden"] != nil:
			err = os.WriteFile(path, nil, 0)
		case special["hole"] != nil:
			if err = os.WriteFile(path, nil, 0o666); err == nil {
				err = os.Truncate(path, number(special["hole"]))
			}
		default:
			err = os.WriteFile(path, bytesOf(content), 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openDescriptors counts them; 0 where that cannot be told.
func openDescriptors() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

// number reads an integer of the specification.
func number(v any) int64 {
	n, _ := v.(json.Number).Int64()
	return n
}

// bytesOf makes up the bytes that the specification describes.
func bytesOf(v any) []byte {
	m, ok := v.(map[string]any)
	if !ok {
		text, _ := v.(string)
		return []byte(text)
	}
	if m["hex"] != nil {
		var out []byte
		fmt.Sscanf(m["hex"].(string), "%x", &out)
		return out
	}
	if m["repeat"] != nil {
		return bytes.Repeat([]byte(m["repeat"].(string)), int(number(m["count"])))
	}
	out := make([]byte, number(m["pattern"]))
	var offset int64
	if m["offset"] != nil {
		offset = number(m["offset"])
	}
	for i := range out {
		o := offset + int64(i)
		out[i] = byte(o ^ o>>8 ^ (o>>16)*31)
	}
	return out
}

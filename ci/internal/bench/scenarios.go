// Package bench measures the bindings against their peers: all contenders of a scenario run in turn in one run on one
// machine, so that only ratios are claimed. What is measured is a table; adding a scenario is adding a row here and
// a function of its name to each contender that takes part.
package bench

// Contender is one library or way of doing things, in a process of its own.
type Contender struct {
	Name string // as reports show it
	// Module names the contender's code below bindings-python/bench/contenders; Venv the environment it runs in.
	Module string
	Venv   string
	// Parameters override the scenario's: a contender that is far slower gets less to do.
	Parameters map[string]int
}

// Goal is a ratio that this project has set itself. A benchmark reports it and never fails because of it: machines
// differ, and a timed test would fail for the wrong reasons.
type Goal struct {
	Against string
	// Our rate divided by theirs should be at least this.
	RateAtLeast float64
}

// Scenario is one row of the table.
type Scenario struct {
	Name       string // also the function that contenders offer
	Title      string
	Detail     string
	Unit       string // what one operation is, in the plural
	File       File
	Parameters map[string]int
	Quick      map[string]int // override the parameters in a quick run
	Contenders []Contender
	Goals      []Goal
}

// File is the input that a scenario reads, made before it runs.
type File string

const (
	Blocks File = "blocks.bin" // 20 MiB of 256-byte blocks that hold their own number
	Lines  File = "lines.txt"  // 100 MB of text
)

// Ours is the contender that all ratios are about.
const Ours = "ayafileio"

func ours() Contender { return Contender{Name: Ours, Module: "ours", Venv: "bench"} }

func plain(name string) Contender { return Contender{Name: name, Module: "plain", Venv: "bench"} }

func aiofiles(override map[string]int) Contender {
	return Contender{Name: "aiofiles", Module: "thread_hops", Venv: "bench", Parameters: override}
}

func original(override map[string]int) Contender {
	return Contender{Name: "original ayafileio", Module: "original", Venv: "original", Parameters: override}
}

// Scenarios is the table.
var Scenarios = []Scenario{
	{
		Name:       "hot-single",
		Title:      "One task, 4 KiB positional reads",
		Detail:     "One task awaits 4 KiB reads at random places of a 20 MiB file in the page cache, one after the other.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 100_000, "size": 4096},
		Quick:      map[string]int{"operations": 20_000},
		Contenders: []Contender{
			ours(), plain("os.pread"), aiofiles(map[string]int{"operations": 3_000}), original(map[string]int{"operations": 20_000}),
		},
		Goals: []Goal{{"os.pread", 1 / 1.6}},
	},
	{
		Name:       "shared-handle",
		Title:      "10,000 tasks on one handle",
		Detail:     "10,000 tasks, created up front, each seek and read 256 bytes on one shared handle of a 20 MiB file in the page cache.",
		Unit:       "seek + read",
		File:       Blocks,
		Parameters: map[string]int{"operations": 10_000, "size": 256},
		Quick:      map[string]int{"operations": 2_000},
		Contenders: []Contender{ours(), aiofiles(nil), original(nil)},
		Goals:      []Goal{{"aiofiles", 10}},
	},
	{
		Name:       "lines",
		Title:      "Lines of a 100 MB text file",
		Detail:     "One task iterates the lines of a UTF-8 text file in the page cache. aiofiles reads only the first part of it.",
		Unit:       "lines",
		File:       Lines,
		Parameters: map[string]int{"limit": 0}, // 0: all lines
		Quick:      map[string]int{"limit": 5_000},
		Contenders: []Contender{
			ours(), plain("built-in open"), aiofiles(map[string]int{"limit": 20_000}), original(map[string]int{"limit": 60_000}),
		},
		Goals: []Goal{{"built-in open", 0.25}, {"aiofiles", 60}},
	},
}

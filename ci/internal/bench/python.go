package bench

func ours() Contender { return Contender{Name: Ours, Language: Python, Module: "ours", Venv: "bench"} }

func plain(name string) Contender {
	return Contender{Name: name, Language: Python, Module: "plain", Venv: "bench"}
}

func aiofiles(override map[string]int) Contender {
	return Contender{Name: "aiofiles", Language: Python, Module: "thread_hops", Venv: "bench", Parameters: override}
}

func original(override map[string]int) Contender {
	return Contender{Name: "original ayafileio", Language: Python, Module: "original", Venv: "original", Parameters: override}
}

// python is Python's part of the table.
var python = []Scenario{
	{
		Name:       "hot-single",
		Title:      "Python: one task, 4 KiB positional reads",
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
		Title:      "Python: 10,000 tasks on one handle",
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
		Title:      "Python: lines of a 100 MB text file",
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

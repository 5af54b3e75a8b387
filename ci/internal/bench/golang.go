package bench

func inGo(name, module string, override map[string]int) Contender {
	return Contender{Name: name, Language: Go, Module: module, Parameters: override}
}

// golang is Go's part of the table.
var golang = []Scenario{
	{
		Name:       "go-hot-single",
		Title:      "Go: one goroutine, 4 KiB ReadAt",
		Detail:     "One goroutine reads 4 KiB at random places of a 20 MiB file in the page cache, one after the other.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 500_000, "size": 4096},
		Quick:      map[string]int{"operations": 100_000},
		Contenders: []Contender{inGo(Ours, "ayafileio", nil), inGo("os.File", "os", nil)},
		Goals:      []Goal{{"os.File", 1 / 1.2}},
	},
	{
		Name:  "go-goroutines",
		Title: "Go: 20,000 goroutines, O_DIRECT",
		Detail: "20,000 goroutines, each of which reads 4 KiB at a random place of a 20 MiB file with O_DIRECT. os.File gets " +
			"5,000 of them: each takes a thread, and Go ends a program with 10,000.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 20_000, "size": 4096},
		Quick:      map[string]int{"operations": 2_000},
		Contenders: []Contender{inGo(Ours, "ayafileio", nil), inGo("os.File", "os", map[string]int{"operations": 5_000})},
	},
	{
		Name:       "go-batch",
		Title:      "Go: batches of 64 reads, O_DIRECT",
		Detail:     "4 KiB reads at random places of a 20 MiB file with O_DIRECT, 64 in flight: as a Batch, and with 64 goroutines.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 20_000, "size": 4096, "in_flight": 64},
		Quick:      map[string]int{"operations": 2_000},
		Contenders: []Contender{inGo(Ours, "ayafileio", nil), inGo("os.File", "os", nil)},
	},
}

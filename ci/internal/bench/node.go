package bench

func inNode(name, module string, override map[string]int) Contender {
	return Contender{Name: name, Language: Node, Module: module, Parameters: override}
}

// node is Node.js's part of the table.
var node = []Scenario{
	{
		Name:       "node-hot-single",
		Title:      "Node.js: one task, 4 KiB positional reads",
		Detail:     "One function awaits 4 KiB reads at random places of a 20 MiB file in the page cache, one after the other.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 100_000, "size": 4096},
		Quick:      map[string]int{"operations": 20_000},
		Contenders: []Contender{
			inNode(Ours, "ayafileio", nil), inNode("fs.readSync", "sync", nil),
			inNode("FileHandle.read", "promises", map[string]int{"operations": 20_000}),
		},
		Goals: []Goal{{"fs.readSync", 0.5}, {"FileHandle.read", 6}},
	},
	{
		Name:       "node-in-flight",
		Title:      "Node.js: 64 reads in flight",
		Detail:     "4 KiB reads at random places of a 20 MiB file in the page cache, 64 of them in flight.",
		Unit:       "reads",
		File:       Blocks,
		Parameters: map[string]int{"operations": 50_000, "size": 4096, "in_flight": 64},
		Quick:      map[string]int{"operations": 10_000},
		Contenders: []Contender{
			inNode(Ours, "ayafileio", nil), inNode("FileHandle.read", "promises", nil), inNode("fs.read", "callbacks", nil),
		},
	},
	{
		Name:       "node-read-file",
		Title:      "Node.js: whole small files",
		Detail:     "readFile of files of 4 KiB in the page cache, one after the other; there are 1,000 of them.",
		Unit:       "files",
		File:       Small,
		Parameters: map[string]int{"operations": 10_000},
		Quick:      map[string]int{"operations": 2_000},
		Contenders: []Contender{
			inNode(Ours, "ayafileio", nil), inNode("fs.readFileSync", "sync", nil), inNode("fs/promises", "promises", nil),
		},
	},
	{
		Name:       "node-lines",
		Title:      "Node.js: lines of a 100 MB text file",
		Detail:     "One function iterates the lines of a UTF-8 text file in the page cache with for await.",
		Unit:       "lines",
		File:       Lines,
		Parameters: map[string]int{"limit": 0}, // 0: all lines
		Quick:      map[string]int{"limit": 20_000},
		Contenders: []Contender{
			inNode(Ours, "ayafileio", nil), inNode("FileHandle.readLines", "promises", map[string]int{"limit": 300_000}),
		},
	},
}

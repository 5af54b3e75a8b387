package conformance

import (
	"fmt"
	"sort"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// signs are the marks in a table with a row for each case.
var signs = map[Mark]string{
	Passed: "✓", Expected: "≠", Cannot: "·", Skipped: "–", Elsewhere: " ", Red: "**RED**", ProvedFail: "✗",
}

const legend = "✓ passed · ✗ wrong on purpose, and found · ≠ differs as expected · `·` the surface cannot say it · – skipped · " +
	"empty: needs the fake backend, or is seen on another."

// Reds are the cells that fail the run, as lines.
func (m *Matrix) Reds() []string {
	var out []string
	for _, name := range m.Suite.Names() {
		for _, at := range m.Columns {
			if cell := m.Cells[at][name]; cell.Mark == Red {
				out = append(out, fmt.Sprintf("RED %s, %s on %s: %s", name, at.Binding, at.Backend, cell.Reason))
			}
		}
	}
	return out
}

// Count is how many cells have a mark, in one column or, without one, in all.
func (m *Matrix) Count(mark Mark, columns ...Column) int {
	if len(columns) == 0 {
		columns = m.Columns
	}
	count := 0
	for _, at := range columns {
		for _, cell := range m.Cells[at] {
			if cell.Mark == mark {
				count++
			}
		}
	}
	return count
}

// Summary is a table with a row for each group: how many cases are as they must be in each column, of how many that
// it can be asked.
func (m *Matrix) Summary() string {
	t := m.summary()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header, t.Style().Format.Footer = text.FormatDefault, text.FormatDefault
	return t.Render()
}

func (m *Matrix) summary() table.Writer {
	t := table.NewWriter()
	header := table.Row{"group", "cases"}
	for _, at := range m.Columns {
		header = append(header, at.Binding+" "+at.Backend)
	}
	t.AppendHeader(header)
	names := m.byGroup()
	for _, group := range sortedGroups(names) {
		row := table.Row{group, len(names[group])}
		for _, at := range m.Columns {
			row = append(row, m.share(at, names[group]))
		}
		t.AppendRow(row)
	}
	footer := table.Row{"all", len(m.Suite.Cases)}
	for _, at := range m.Columns {
		footer = append(footer, m.share(at, m.Suite.Names()))
	}
	t.AppendFooter(footer)
	return t
}

func (m *Matrix) byGroup() map[string][]string {
	groups := map[string][]string{}
	for _, name := range m.Suite.Names() {
		group, _, _ := strings.Cut(name, "/")
		groups[group] = append(groups[group], name)
	}
	return groups
}

func sortedGroups(groups map[string][]string) []string {
	var out []string
	for name := range groups {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// share is "12" when all that was run is right, "11 of 12" when not, and "" when nothing was to run.
func (m *Matrix) share(at Column, names []string) string {
	right, run := 0, 0
	for _, name := range names {
		switch m.Cells[at][name].Mark {
		case Passed, Expected, ProvedFail:
			right, run = right+1, run+1
		case Red:
			run++
		}
	}
	switch {
	case run == 0:
		return ""
	case right < run:
		return fmt.Sprintf("%d of %d", right, run)
	}
	return fmt.Sprint(right)
}

// Markdown is the whole matrix, a row for each case.
func (m *Matrix) Markdown() string {
	var b strings.Builder
	b.WriteString("# Conformance: every case, binding and backend\n\n" + legend + "\n\n| case |")
	for _, at := range m.Columns {
		fmt.Fprintf(&b, " %s<br>%s |", at.Binding, at.Backend)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" :-: |", len(m.Columns)) + "\n")
	for _, name := range m.Suite.Names() {
		fmt.Fprintf(&b, "| %s |", name)
		for _, at := range m.Columns {
			fmt.Fprintf(&b, " %s |", signs[m.Cells[at][name].Mark])
		}
		b.WriteString("\n")
	}
	b.WriteString(m.reasons())
	return b.String()
}

// Page is the summary that is kept in the repository.
func (m *Matrix) Page() string {
	var b strings.Builder
	b.WriteString("# Conformance matrix\n\n")
	fmt.Fprintf(&b, "%d cases, each through every binding on every backend. Written by `go run ./ci conformance -snapshot`; "+
		"`go run ./ci conformance`\nruns everything again and leaves the row of each case in `build/conformance/matrix.md`.\n\n", len(m.Suite.Cases))
	b.WriteString("A number is how many cases of a group are as they must be; cases with faults run only on the fake backend, which the\ntest build has.\n\n")
	b.WriteString(m.summary().RenderMarkdown() + "\n")
	b.WriteString(m.reasons())
	return b.String()
}

// reasons lists why something was not run, or may differ.
func (m *Matrix) reasons() string {
	var b strings.Builder
	for _, kind := range []struct {
		mark  Mark
		title string
	}{
		{Red, "Red"}, {Expected, "Differs, as expected"}, {Skipped, "Skipped"}, {Cannot, "What a surface cannot say"},
	} {
		lines := map[string][]string{} // by binding and reason
		for _, at := range m.Columns {
			for _, name := range m.Suite.Names() {
				cell := m.Cells[at][name]
				if cell.Mark != kind.mark {
					continue
				}
				key := at.Binding + ": " + cell.Reason
				if kind.mark == Red {
					key = at.Binding + " on " + at.Backend + ": " + cell.Reason
				}
				if list := lines[key]; len(list) == 0 || list[len(list)-1] != name && !contains(list, name) {
					lines[key] = append(lines[key], name)
				}
			}
		}
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", kind.title)
		for _, key := range sortedGroups(lines) {
			fmt.Fprintf(&b, "- %s (%s)\n", key, strings.Join(lines[key], ", "))
		}
	}
	return b.String()
}

func contains(list []string, name string) bool {
	for _, held := range list {
		if held == name {
			return true
		}
	}
	return false
}

// AsLongAs tells whether a kept page is about the cases of this run: whether its table of groups has the same counts.
func (m *Matrix) AsLongAs(page string) bool {
	groups := m.byGroup()
	for _, group := range sortedGroups(groups) {
		if !strings.Contains(page, fmt.Sprintf("| %s | %d |", group, len(groups[group]))) {
			return false
		}
	}
	return strings.Contains(page, fmt.Sprintf("%d cases, each", len(m.Suite.Cases)))
}

package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Report is what a whole run says; its JSON form is what the chart is drawn from.
type Report struct {
	Date     string    `json:"date"`
	Machine  string    `json:"machine"`
	Rounds   int       `json:"rounds"`
	Quick    bool      `json:"quick"`
	Outcomes []Outcome `json:"outcomes"`
}

// NewReport describes the machine as far as it matters for reading the figures.
func NewReport(rounds int, quick bool) *Report {
	return &Report{Date: time.Now().UTC().Format(time.DateOnly), Machine: machine(), Rounds: rounds, Quick: quick}
}

func machine() string {
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	version, _, _ := strings.Cut(strings.TrimSpace(string(kernel)), "-")
	return fmt.Sprintf("%s, %d × %s, %s %s", runtime.GOARCH, runtime.NumCPU(), processor(), runtime.GOOS, version)
}

func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// JSON form, indented for diffs.
func (r *Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

var header = table.Row{"contender", "per second", "µs each", "spread", "ours is", "wrong"}

// Table is one outcome for the terminal.
func (o Outcome) Table() string {
	t := o.table()
	t.SetTitle(o.Title)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, Align: text.AlignRight}, {Number: 3, Align: text.AlignRight},
		{Number: 4, Align: text.AlignRight}, {Number: 5, Align: text.AlignRight}, {Number: 6, Align: text.AlignRight}})
	return t.Render() + "\n" + o.goals()
}

func (o Outcome) table() table.Writer {
	t := table.NewWriter()
	t.AppendHeader(header)
	for _, r := range o.Rows {
		t.AppendRow(table.Row{r.Contender, grouped(r.Median), micro(r.Median), percent(r.Spread), Times(r.Ratio), wrong(r)})
	}
	return t
}

func (o Outcome) goals() string {
	var lines strings.Builder
	for _, g := range o.Goals {
		verdict := "met"
		if !g.Met() {
			verdict = "NOT met"
		}
		fmt.Fprintf(&lines, "goal: %s the rate of %s: %s, %s\n", atLeast(g.Wanted), g.Against, Times(g.Got), verdict)
	}
	return lines.String()
}

// Markdown is the report for reading.
func (r *Report) Markdown() string {
	var m strings.Builder
	fmt.Fprintf(&m, "# Benchmark of %s\n\n%s. %d interleaved rounds after a warm-up in which every byte is compared; medians.\n", r.Date, r.Machine, r.Rounds)
	m.WriteString("Spread is the distance between the fastest and the slowest round. \"Ours is\" is the median of the rounds' ratios.\n")
	m.WriteString("Only the ratios mean something elsewhere.\n")
	if r.Quick {
		m.WriteString("This was a quick run: it shows that everything works and measures little.\n")
	}
	for _, o := range r.Outcomes {
		fmt.Fprintf(&m, "\n## %s\n\n%s\n\n%s\n\n%s", o.Title, o.Detail, o.table().RenderMarkdown(), list(o.goals()))
		for _, row := range o.Rows {
			fmt.Fprintf(&m, "- %s: %s\n", row.Contender, row.About)
		}
	}
	return m.String()
}

func list(lines string) string {
	if lines == "" {
		return ""
	}
	return "- " + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n- ") + "\n"
}

func grouped(v float64) string {
	digits := fmt.Sprintf("%.0f", v)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

func micro(rate float64) string {
	if rate == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", 1e6/rate)
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// Times is a ratio as people say it.
func Times(v float64) string {
	if v >= 10 {
		return fmt.Sprintf("%.0f×", v)
	}
	return fmt.Sprintf("%.2f×", v)
}

func atLeast(v float64) string {
	if v < 1 {
		return fmt.Sprintf("at least 1/%.3g of", 1/v)
	}
	return fmt.Sprintf("at least %.3g×", v)
}

func wrong(r Row) string {
	if r.Wrong == 0 {
		return "0"
	}
	return fmt.Sprintf("%s of %s", grouped(float64(r.Wrong)), grouped(float64(r.Checked)))
}

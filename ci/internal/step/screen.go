package step

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// screen is what the user sees while steps run.
type screen interface {
	start(name string)
	finish(Result)
	announce(line string)
	progress(name string, done, total int64)
	close()
}

// newScreen shows live lines on a terminal and plain lines in a log.
func newScreen(stdout *os.File) screen {
	if term.IsTerminal(int(stdout.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb" {
		return newLive(stdout)
	}
	return &plain{to: stdout}
}

func line(r Result) string {
	text := fmt.Sprintf("%-7s %-34s %7.1f s", r.Outcome, r.Name, r.Seconds)
	if r.Note != "" {
		text += "  " + r.Note
	}
	return text
}

type plain struct {
	mu sync.Mutex
	to io.Writer
}

func (p *plain) start(string)                  {}
func (p *plain) progress(string, int64, int64) {}
func (p *plain) close()                        {}
func (p *plain) finish(r Result)               { p.announce(line(r)) }

func (p *plain) announce(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.to, line)
}

// live keeps one moving line per running step below the lines of the finished ones.
type live struct {
	writer   progress.Writer
	mu       sync.Mutex
	trackers map[string]*progress.Tracker
	rendered chan struct{}
}

func newLive(to io.Writer) *live {
	w := progress.NewWriter()
	w.SetOutputWriter(to)
	w.SetUpdateFrequency(100 * time.Millisecond)
	w.SetStyle(progress.StyleDefault)
	w.Style().Visibility.TrackerOverall = false
	w.Style().Visibility.Value = false
	w.Style().Options.TimeInProgressPrecision = time.Second
	w.Style().Colors = progress.StyleColorsExample
	w.Style().Options.PercentIndeterminate = "     "
	w.Style().Options.Separator = " "
	w.SetTrackerPosition(progress.PositionRight)
	w.SetMessageLength(36)
	w.SetTrackerLength(24)
	l := &live{writer: w, trackers: map[string]*progress.Tracker{}, rendered: make(chan struct{})}
	go func() {
		w.Render()
		close(l.rendered)
	}()
	return l
}

func (l *live) start(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tracker := &progress.Tracker{Message: name, RemoveOnCompletion: true}
	l.trackers[name] = tracker
	l.writer.AppendTracker(tracker)
}

func (l *live) finish(r Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tracker := l.trackers[r.Name]; tracker != nil {
		tracker.MarkAsDone()
		delete(l.trackers, r.Name)
	}
	l.writer.Log("%s", colour(r.Outcome).Sprint(line(r)))
}

func (l *live) announce(line string) { l.writer.Log("%s", line) }

func (l *live) progress(name string, done, total int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tracker := l.trackers[name]; tracker != nil {
		// A tracker at its total counts as finished and vanishes, so it stays just below until the step ends.
		tracker.UpdateTotal(total + 1)
		tracker.SetValue(done)
	}
}

func (l *live) close() {
	// Render draws once more after Stop; waiting for it keeps the table from being overdrawn.
	time.Sleep(150 * time.Millisecond)
	l.writer.Stop()
	<-l.rendered
}

func colour(o Outcome) text.Color {
	return [...]text.Color{text.FgGreen, text.FgRed, text.FgYellow}[o]
}

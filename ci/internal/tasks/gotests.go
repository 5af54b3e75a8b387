package tasks

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// goTest runs Go tests, logs their output as it comes and counts them.
func (p *Plan) goTest(ctx context.Context, out *step.Output, env []string, arguments ...string) error {
	reader, writer := io.Pipe()
	counted := make(chan step.Counts)
	go func() { counted <- readTestEvents(reader, out) }()
	c := p.goCommand(append([]string{"test", "-json"}, arguments...)...)
	c.Env = append(c.Env, env...)
	// The events go to the reader only: the log gets the text inside them.
	err := out.RunQuietly(ctx, c, writer)
	writer.Close()
	counts := <-counted
	out.Count(counts)
	out.Note("%d tests", counts.Passed)
	return err
}

// readTestEvents copies the output inside the events of "go test -json" and counts the tests that ended.
func readTestEvents(events io.Reader, to io.Writer) step.Counts {
	var counts step.Counts
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			// What the go command itself says, such as a module that it downloads.
			to.Write(append(lines.Bytes(), '\n'))
			continue
		}
		switch {
		case event.Action == "output" || event.Action == "build-output":
			io.WriteString(to, event.Output)
		case event.Test == "":
		case event.Action == "pass":
			counts.Passed++
		case event.Action == "fail":
			counts.Failed++
		case event.Action == "skip":
			counts.Skipped++
		}
	}
	return counts
}

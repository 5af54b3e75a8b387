package step

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Output is where a running step writes. Everything goes to the step's log file; the screen shows it only when the
// step fails.
type Output struct {
	name   string
	path   string
	screen screen

	mu     sync.Mutex
	file   *os.File
	note   string
	counts Counts
}

func newOutput(directory, name string, on screen) (*Output, error) {
	path := filepath.Join(directory, strings.NewReplacer("/", "-", " ", "-").Replace(name)+".log")
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &Output{name: name, path: path, screen: on, file: file}, nil
}

func (o *Output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.Write(data)
}

// Printf writes a line into the step's log.
func (o *Output) Printf(format string, arguments ...any) {
	fmt.Fprintf(o, format+"\n", arguments...)
}

// Announce writes a line to the log and shows it at once: for what the user should know before it happens, such as
// the installation of a package.
func (o *Output) Announce(format string, arguments ...any) {
	line := fmt.Sprintf(format, arguments...)
	o.Printf("%s", line)
	o.screen.announce(line)
}

// Note sets the short remark beside the result in the final table.
func (o *Output) Note(format string, arguments ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.note = fmt.Sprintf(format, arguments...)
}

// Count adds the tests that a suite inside this step reports.
func (o *Output) Count(counts Counts) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts.Passed += counts.Passed
	o.counts.Failed += counts.Failed
	o.counts.Skipped += counts.Skipped
}

// Progress shows how far a long step is. total 0 means unknown.
func (o *Output) Progress(done, total int64) { o.screen.progress(o.name, done, total) }

// Command is one program to run. Env is added to the process's own environment and wins over it.
type Command struct {
	Dir   string
	Env   []string
	Name  string
	Args  []string
	Stdin io.Reader
	// Tee receives the standard output and error too, while they are written to the log.
	Tee io.Writer
}

// Run starts a program, logs its output and waits for it. The program gets a process group of its own, so that
// ending a step ends everything it started.
func (o *Output) Run(ctx context.Context, c Command) error {
	var to io.Writer = o
	if c.Tee != nil {
		to = io.MultiWriter(o, c.Tee)
	}
	return o.RunQuietly(ctx, c, to)
}

// RunQuietly is Run for a program whose output is data: it goes to the writer instead of the log.
func (o *Output) RunQuietly(ctx context.Context, c Command, to io.Writer) error {
	o.Printf("$ %s%s %s", envPrefix(c.Env), c.Name, strings.Join(c.Args, " "))
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdin = c.Stdin
	cmd.Stdout, cmd.Stderr = to, to
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", filepath.Base(c.Name), err)
	}
	return nil
}

// Capture runs a program and returns its standard output, which is logged too.
func (o *Output) Capture(ctx context.Context, c Command) (string, error) {
	var text strings.Builder
	c.Tee = &text
	err := o.Run(ctx, c)
	return text.String(), err
}

func (o *Output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.file.Close()
}

func envPrefix(env []string) string {
	if len(env) == 0 {
		return ""
	}
	return strings.Join(env, " ") + " "
}

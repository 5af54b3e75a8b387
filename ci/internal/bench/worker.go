package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Sample is what one contender measured in one round.
type Sample struct {
	Seconds    float64 `json:"seconds"`
	Operations int     `json:"operations"`
	Wrong      int     `json:"wrong"`
}

type request struct {
	Scenario   string         `json:"scenario"`
	Parameters map[string]any `json:"parameters"`
	Verify     bool           `json:"verify"`
}

// worker is a contender's process. It lives through all rounds of a scenario, so that no round pays for a start.
type worker struct {
	about   string
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
}

// Command says how a contender's process is started; the task knows the environments, this package does not.
type Command func(Contender) *exec.Cmd

func start(ctx context.Context, c Contender, command Command, log io.Writer) (*worker, error) {
	cmd := command(c)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	w := &worker{cmd: cmd, in: in, answers: bufio.NewScanner(out)}
	w.answers.Buffer(nil, 1<<20)
	var hello struct{ About string }
	if err := w.receive(&hello); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	w.about = hello.About
	return w, nil
}

func (w *worker) receive(into any) error {
	if !w.answers.Scan() {
		w.cmd.Wait()
		return fmt.Errorf("the contender's process ended (%v); its output is in the log", w.cmd.ProcessState)
	}
	return json.Unmarshal(w.answers.Bytes(), into)
}

func (w *worker) run(r request) (Sample, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return Sample{}, err
	}
	if _, err := w.in.Write(append(text, '\n')); err != nil {
		return Sample{}, err
	}
	var answer struct {
		Sample
		Error string
	}
	if err := w.receive(&answer); err != nil {
		return Sample{}, err
	}
	if answer.Error != "" {
		return Sample{}, fmt.Errorf("%s", answer.Error)
	}
	return answer.Sample, nil
}

// stop ends the process by closing its input, and by force when it does not heed.
func (w *worker) stop() {
	w.in.Close()
	timer := time.AfterFunc(10*time.Second, func() { w.cmd.Process.Signal(os.Kill) })
	w.cmd.Wait()
	timer.Stop()
}

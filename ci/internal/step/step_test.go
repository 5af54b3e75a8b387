package step

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// run runs the steps into a file and returns what was printed.
func run(t *testing.T, steps []Step) (string, error) {
	t.Helper()
	to, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	err = Run(context.Background(), steps, Options{Logs: t.TempDir() + "/logs", Jobs: 2, Stdout: to})
	to.Seek(0, io.SeekStart)
	text, _ := io.ReadAll(to)
	return string(text), err
}

func pass(context.Context, *Output) error { return nil }

func TestTally(t *testing.T) {
	text, err := run(t, []Step{
		{Name: "a", Run: func(_ context.Context, out *Output) error {
			out.Count(Counts{Passed: 10, Skipped: 2})
			return nil
		}},
		{Name: "b", Needs: []string{"a"}, Run: func(_ context.Context, out *Output) error {
			out.Printf("why it failed")
			return errors.New("broken")
		}},
		{Name: "c", Needs: []string{"b"}, Run: pass},
		{Name: "d", Run: func(context.Context, *Output) error { return Skip("no %s here", "kernel") }},
		{Name: "e", Run: pass},
	})
	if err == nil {
		t.Error("a failed step must make the run fail")
	}
	for _, want := range []string{"why it failed", "needs b, which failed", "no kernel here", "\n11 passed, 1 failed, 4 skipped\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from:\n%s", want, text)
		}
	}
}

func TestAloneRunsAlone(t *testing.T) {
	var running atomic.Int32
	busy := func(_ context.Context, out *Output) error {
		running.Add(1)
		time.Sleep(20 * time.Millisecond)
		running.Add(-1)
		return nil
	}
	_, err := run(t, []Step{
		{Name: "measure", Alone: true, Run: func(context.Context, *Output) error {
			if n := running.Load(); n != 0 {
				return errors.New("something runs beside it")
			}
			return nil
		}},
		{Name: "a", Run: busy}, {Name: "b", Run: busy}, {Name: "c", Needs: []string{"measure"}, Run: busy},
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTimeoutEndsWhatAStepStarted(t *testing.T) {
	begun := time.Now()
	text, err := run(t, []Step{{Name: "hang", Timeout: 100 * time.Millisecond, Run: func(ctx context.Context, out *Output) error {
		return out.Run(ctx, Command{Name: "sh", Args: []string{"-c", "sleep 60 & wait"}})
	}}})
	if err == nil || !strings.Contains(text, "took too long") || time.Since(begun) > 20*time.Second {
		t.Errorf("after %v: %v\n%s", time.Since(begun), err, text)
	}
}

func TestValidate(t *testing.T) {
	if Validate([]Step{{Name: "a", Needs: []string{"b"}}, {Name: "b"}}) == nil {
		t.Error("a need after its user must be refused")
	}
	if Validate([]Step{{Name: "a"}, {Name: "a"}}) == nil {
		t.Error("a name must not come twice")
	}
}

func TestOnly(t *testing.T) {
	steps := []Step{{Name: "a"}, {Name: "b"}, {Name: "c one", Needs: []string{"a"}}, {Name: "c two", Needs: []string{"c one"}}, {Name: "d"}}
	var names []string
	for _, s := range Only(steps, []string{"two", "d"}) {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, ","); got != "a,c one,c two,d" {
		t.Error(got)
	}
}

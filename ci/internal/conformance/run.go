package conformance

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"sync"
)

// Runner starts a binding's runner on the cases with the environment added, and gives back what it printed: a line for
// each case, "passed" or "failed", the case and the reason, separated by tabs. An error is the runner's own end.
type Runner func(ctx context.Context, env []string, cases []string) (output string, err error)

// Run walks every case of a column: most in one process, those with faults in one each, since the rules are read from
// the environment when the library opens its first queue.
func (s *Suite) Run(ctx context.Context, at Column, runner Runner) []Result {
	plain, alone := s.toRun(at)
	env := []string{"AYAFILEIO_BACKEND=" + at.Backend}
	results := runAll(ctx, env, plain, runner)
	var lock sync.Mutex
	var group sync.WaitGroup
	slots := make(chan struct{}, 2) // starting a process is most of such a case's work
	for _, name := range alone {
		group.Add(1)
		slots <- struct{}{}
		go func() {
			defer group.Done()
			c := s.Cases[name]
			own := env
			if c.needsFake() {
				own = append(env[:1:1], "AYAFILEIO_FAKE_RULES="+c.Faults, fmt.Sprintf("AYAFILEIO_FAKE_SEED=%d", c.Seed))
			}
			one := runAll(ctx, own, []string{name}, runner)
			lock.Lock()
			results = append(results, one...)
			lock.Unlock()
			<-slots
		}()
	}
	group.Wait()
	return results
}

// runAll goes on behind a case at which the runner died, so that one crash hides nothing else.
func runAll(ctx context.Context, env, cases []string, runner Runner) []Result {
	var results []Result
	for len(cases) > 0 && ctx.Err() == nil {
		output, err := runner(ctx, env, cases)
		said := Parse(output)
		if len(said) > len(cases) {
			said = said[:len(cases)]
		}
		results = append(results, said...)
		cases = cases[len(said):]
		if len(cases) > 0 {
			results = append(results, Result{cases[0], false, fmt.Sprintf("the runner ended here: %v; %s", err, lastWords(output))})
			cases = cases[1:]
		}
	}
	return results
}

// Parse reads the lines of a runner; others are its own chatter.
func Parse(output string) []Result {
	var results []Result
	lines := bufio.NewScanner(strings.NewReader(output))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), "\t", 3)
		if len(fields) < 2 || (fields[0] != "passed" && fields[0] != "failed") {
			continue
		}
		r := Result{Case: fields[1], Passed: fields[0] == "passed"}
		if len(fields) == 3 {
			r.Message = fields[2]
		}
		results = append(results, r)
	}
	return results
}

// lastWords is the end of what a runner printed that is no result.
func lastWords(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "passed\t") && !strings.HasPrefix(line, "failed\t") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept[max(0, len(kept)-4):], " | ")
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const coldSize, coldBlock, sharedBlocks = 64 << 20, 4096, 4096

// aligned is memory as O_DIRECT wants it.
func aligned(size int) []byte {
	b := make([]byte, size+coldBlock)
	skip := -uintptr(unsafe.Pointer(&b[0])) % coldBlock
	return b[skip:][:size]
}

// cold reads random blocks past the page cache, by a number of goroutines that share one file.
func cold(path string, o options) ([]figure, error) {
	if _, err := content(path, coldSize); err != nil {
		return nil, err
	}
	var figures []figure
	for _, goroutines := range []int{1, 16, 64, 256} {
		reads := max(256, 16*goroutines)
		work := func(open opener) func() (time.Duration, error) {
			return func() (time.Duration, error) {
				f, err := open(path, os.O_RDONLY, true)
				if err != nil {
					return 0, err
				}
				defer f.Close()
				var waiting sync.WaitGroup
				var failed atomic.Pointer[error]
				began := time.Now()
				for g := range goroutines {
					waiting.Add(1)
					go func() {
						defer waiting.Done()
						random, b := rand.New(rand.NewSource(int64(g))), aligned(coldBlock)
						for range reads / goroutines {
							if _, err := f.ReadAt(b, random.Int63n(coldSize/coldBlock)*coldBlock); err != nil {
								failed.Store(&err)
								return
							}
						}
					}()
				}
				waiting.Wait()
				took := time.Since(began)
				if err := failed.Load(); err != nil {
					return 0, *err
				}
				return took / time.Duration(reads), nil
			}
		}
		f, err := compare(fmt.Sprintf("cold 4 KiB, %d goroutines", goroutines), "µs", max(3, o.rounds/3), contenders{work(openOurs), work(openOS)})
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// outcome is what a child process says of itself.
type outcome struct {
	Seconds float64
	Threads int
	Error   string
}

// many starts very many goroutines that read one block each at the same time. Each contender gets a process of its own:
// that of package os may end at Go's limit of 10,000 threads.
func many(path string, o options) ([]figure, error) {
	if _, err := content(path, coldSize); err != nil {
		return nil, err
	}
	var took, threads [2]float64
	note := ""
	for i, who := range []string{"ours", "os"} {
		got, err := spawn(who, path, o.goroutines)
		if err != nil {
			note += fmt.Sprintf("%s: %v ", who, err)
			continue
		}
		took[i], threads[i] = got.Seconds*1e6/float64(o.goroutines), float64(got.Threads)
	}
	ratio := func(v [2]float64) float64 {
		if v[1] == 0 {
			return 0
		}
		return v[0] / v[1]
	}
	name := fmt.Sprintf("%d goroutines, each", o.goroutines)
	return []figure{
		{Scenario: name, Unit: "µs", Ours: took[0], OS: took[1], Ratio: ratio(took), Note: note},
		{Scenario: name, Unit: "threads", Ours: threads[0], OS: threads[1], Ratio: ratio(threads), Note: note},
	}, nil
}

func spawn(who, path string, goroutines int) (outcome, error) {
	self, err := os.Executable()
	if err != nil {
		return outcome{}, err
	}
	var got outcome
	text, err := exec.Command(self, "-child", who, "-goroutines", fmt.Sprint(goroutines), path).Output()
	if err != nil {
		return got, fmt.Errorf("the process died: %w", err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return got, err
	}
	if got.Error != "" {
		return got, errors.New(got.Error)
	}
	return got, nil
}

func runChild(who, path string, goroutines int) {
	open := openOurs
	if who == "os" {
		open = openOS
	}
	debug.SetGCPercent(400) // a hundred thousand stacks are not what is measured
	var result outcome
	if err := storm(open, path, goroutines, &result); err != nil {
		result.Error = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(result)
}

func storm(open opener, path string, goroutines int, result *outcome) error {
	f, err := open(path, os.O_RDONLY, true)
	if err != nil {
		return err
	}
	defer f.Close()
	stop, watched := make(chan struct{}), make(chan int)
	go func() {
		most := 0
		for {
			most = max(most, threadCount())
			select {
			case <-stop:
				watched <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	// The goroutines share some blocks: a hundred thousand of their own would measure the collector.
	blocks := aligned(sharedBlocks * coldBlock)
	var ready, waiting sync.WaitGroup
	var failed atomic.Pointer[error]
	start := make(chan struct{})
	for i := range goroutines {
		ready.Add(1)
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			b := blocks[i%sharedBlocks*coldBlock:][:coldBlock]
			ready.Done()
			<-start
			if _, err := f.ReadAt(b, int64(i)%(coldSize/coldBlock)*coldBlock); err != nil {
				failed.Store(&err)
			}
		}()
	}
	ready.Wait()
	began := time.Now()
	close(start)
	waiting.Wait()
	result.Seconds = time.Since(began).Seconds()
	close(stop)
	result.Threads = <-watched
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
)

// A worker is one contender in a process of its own: it reads requests as JSON lines and answers each with one sample.
// The driver (`go run ./ci bench`) starts one for each contender and asks them in turn. With "verify" the worker compares
// every byte that it gets with what must be there, which is not measured.

type request struct {
	Scenario   string
	Parameters parameters
	Verify     bool
}

type parameters struct {
	Path       string
	FileSize   int64 `json:"file_size"`
	Operations int
	Size       int64
	InFlight   int `json:"in_flight"`
	Seed       int64
}

type sample struct {
	Seconds    float64 `json:"seconds"`
	Operations int     `json:"operations"`
	Wrong      int     `json:"wrong"`
}

// blockSize is that of the input: each block of it holds its own number, over and over.
const blockSize = 256

func work(contender string) error {
	open, about := openOS, "package os, "+runtime.Version()
	if contender == "ayafileio" {
		open, about = openOurs, "ayafileio on "+ayafileio.BackendInfo().Backend+", "+runtime.Version()
	}
	answers := json.NewEncoder(os.Stdout)
	answers.Encode(map[string]string{"about": about})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		got, err := r.run(open)
		if err != nil {
			answers.Encode(map[string]string{"error": err.Error()})
			continue
		}
		answers.Encode(got)
	}
	return lines.Err()
}

func (r request) run(open opener) (sample, error) {
	f, err := open(r.Parameters.Path, os.O_RDONLY, r.Scenario != "go-hot-single")
	if err != nil {
		return sample{}, err
	}
	defer f.Close()
	wanted := r.offsets()
	got := make([][]byte, len(wanted)) // kept for the comparison only
	begun := time.Now()
	switch ours, isOurs := f.(*ayafileio.File); {
	case r.Scenario == "go-hot-single":
		err = r.inTurn(f, wanted, got)
	case r.Scenario == "go-goroutines":
		err = r.goroutines(f, wanted, got, len(wanted))
	case r.Scenario == "go-batch" && isOurs:
		err = r.batches(ours, wanted, got)
	case r.Scenario == "go-batch":
		err = r.goroutines(f, wanted, got, r.Parameters.InFlight)
	default:
		err = fmt.Errorf("no scenario %q", r.Scenario)
	}
	result := sample{time.Since(begun).Seconds(), len(wanted), 0}
	for i, data := range got {
		if r.Verify && !holds(data, wanted[i], r.Parameters.Size) {
			result.Wrong++
		}
	}
	return result, err
}

func (r request) offsets() []int64 {
	random := rand.New(rand.NewSource(r.Parameters.Seed))
	wanted := make([]int64, r.Parameters.Operations)
	for i := range wanted {
		wanted[i] = random.Int63n(r.Parameters.FileSize/r.Parameters.Size) * r.Parameters.Size
	}
	return wanted
}

func holds(data []byte, offset, size int64) bool {
	if int64(len(data)) != size {
		return false
	}
	for at := range len(data) / 8 {
		if binary.BigEndian.Uint64(data[8*at:]) != uint64(offset+int64(8*at))/blockSize {
			return false
		}
	}
	return true
}

func (r request) inTurn(f file, wanted []int64, got [][]byte) error {
	b := make([]byte, r.Parameters.Size)
	for i, offset := range wanted {
		if _, err := f.ReadAt(b, offset); err != nil {
			return err
		}
		if r.Verify {
			got[i] = append([]byte(nil), b...)
		}
	}
	return nil
}

// goroutines starts a number of them, which read every place between them.
func (r request) goroutines(f file, wanted []int64, got [][]byte, count int) error {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // many stacks are not what is measured
	var (
		waiting sync.WaitGroup
		next    atomic.Int64
		failed  atomic.Pointer[error]
	)
	for range count {
		waiting.Go(func() {
			b := aligned(int(r.Parameters.Size))
			for i := int(next.Add(1)) - 1; i < len(wanted); i = int(next.Add(1)) - 1 {
				if _, err := f.ReadAt(b, wanted[i]); err != nil {
					failed.Store(&err)
					return
				}
				if r.Verify {
					got[i] = append([]byte(nil), b...)
				}
				if count == len(wanted) {
					return // one read for each goroutine
				}
			}
		})
	}
	waiting.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// batches hands over as many reads at a time as may be in flight.
func (r request) batches(f *ayafileio.File, wanted []int64, got [][]byte) error {
	memory := make([][]byte, r.Parameters.InFlight)
	for i := range memory {
		memory[i] = aligned(int(r.Parameters.Size))
	}
	var b ayafileio.Batch
	for done := 0; done < len(wanted); done += b.Len() {
		b.Reset()
		for i, offset := range wanted[done:min(done+len(memory), len(wanted))] {
			b.ReadAt(f, memory[i], offset)
		}
		if err := b.Do(context.Background()); err != nil {
			return err
		}
		for i := range b.Len() {
			if _, err := b.Result(i); err != nil {
				return err
			}
			if r.Verify {
				got[done+i] = append([]byte(nil), memory[i]...)
			}
		}
	}
	return nil
}

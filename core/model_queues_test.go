package core

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Two event loops on one file: records written by either are whole, each loop's own in order, none twice; reads at an
// offset see what the loop itself wrote there.
func TestModelTwoQueues(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		slots := slotsTaken()
		modelSeeds(t, 2, func(seed int64) {
			for _, flags := range []uint32{OpenRead | OpenWrite, OpenRead | OpenWrite | OpenAppend} {
				path := filepath.Join(dir, "a")
				const region = 20_000
				put(t, path, strings.Repeat(".", 2*region))
				f := h.open(path, flags, []int64{-1, 0, 64, 512}[seed%4])
				if flags&OpenAppend == 0 {
					h.seek(f, 2*region, 0)
				}
				var wg sync.WaitGroup
				for w := range 2 {
					wg.Add(1)
					go func() {
						defer wg.Done()
						own := newHarness(t)
						work(t, own, f, w, flags, region, rand.New(rand.NewSource(seed+int64(w))))
					}()
				}
				wg.Wait()
				h.close(f)
				whole(t, get(t, path)[2*region:], seed)
			}
			nothingLeft(t, h.q, slots)
		})
	})
}

const recordsOfALoop = 150

// work writes records, several in flight, and reads and writes at offsets of its own region between them.
func work(t *testing.T, h *harness, f uint64, w int, flags uint32, region int, random *rand.Rand) {
	pending := 0
	land := func() {
		for ; pending > 0; pending-- {
			if c := h.reapOne(); c.Error != EOK {
				t.Errorf("%v", c.Error)
			}
		}
	}
	for i := range recordsOfALoop {
		filler := strings.Repeat(string(rune('a'+w)), random.Intn(100)*random.Intn(30))
		b := []byte(fmt.Sprintf("<%d:%d:%s>", w, i, filler))
		if h.start(submissionOf(OpWrite, f, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))})) {
			pending++
		} else if h.c.Error != EOK {
			t.Errorf("%v", h.c.Error)
		}
		switch random.Intn(6) {
		case 0:
			land()
		case 1:
			h.q.Flush()
		case 2:
			land()
			if c := h.simple(OpFlush, f); c.Error != EOK {
				t.Errorf("flush: %v", c.Error)
			}
		case 3:
			land()
			offset := int64(w*region + random.Intn(region-10))
			if flags&OpenAppend == 0 {
				text := fmt.Sprintf("%04d", i)
				h.writeAt(f, text, offset)
				if got := h.readAt(f, 4, offset); got != text {
					t.Errorf("%q at %d, want %q", got, offset, text)
				}
			} else if got := h.readAt(f, 4, offset); got != "...." {
				t.Errorf("%q", got)
			}
		case 4:
			h.tell(f)
		}
	}
	land()
}

// whole parses the records.
func whole(t *testing.T, text string, seed int64) {
	t.Helper()
	next := [2]int{}
	for at := 0; at < len(text); {
		var w, i int
		end := strings.IndexByte(text[at:], '>')
		if n, err := fmt.Sscanf(text[at:], "<%d:%d:", &w, &i); n != 2 || err != nil || end < 0 || w > 1 {
			t.Fatalf("%s=%d: no record at %d: %.30q", modelSeedVariable, seed, at, text[at:])
		}
		if i != next[w] {
			t.Fatalf("%s=%d: record %d of loop %d, want %d", modelSeedVariable, seed, i, w, next[w])
		}
		next[w]++
		at += end + 1
	}
	if next != [2]int{recordsOfALoop, recordsOfALoop} {
		t.Fatalf("%s=%d: %v records", modelSeedVariable, seed, next)
	}
}

// One loop closes the file while another has operations in flight, or closes its queue: everything ends once, and
// nothing is left.
func TestModelCloseUnderWay(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		slots := slotsTaken()
		modelSeeds(t, 10, func(seed int64) {
			random := rand.New(rand.NewSource(seed))
			path := filepath.Join(dir, "a")
			put(t, path, strings.Repeat("x", 100_000))
			f := h.open(path, OpenRead|OpenWrite, []int64{-1, 0, 64}[random.Intn(3)])
			closeFirst, closeQueue := random.Intn(2) == 0, random.Intn(2) == 0
			started := make(chan struct{})
			var wg sync.WaitGroup
			wg.Add(1)
			go func() {
				defer wg.Done()
				q, err := OpenQueue()
				if err != EOK {
					t.Error(err)
					return
				}
				own := &harness{t: t, q: q}
				pending := map[uint64]bool{}
				for i := range 40 {
					if i == 20 {
						close(started)
					}
					b := bytes.Repeat([]byte{'y'}, 1+random.Intn(300))
					s := submissionOf(OpWrite, f, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))})
					if i%3 == 0 {
						s = readSubmission(f, b, 0)
					}
					s.UserData = uint64(i + 1)
					if own.start(s) {
						pending[s.UserData] = true
					}
				}
				var out [8]Completion
				for deadline := time.Now().Add(20 * time.Second); !closeQueue && len(pending) > 0; {
					for _, c := range out[:q.Reap(out[:])] {
						if !pending[c.UserData] {
							t.Errorf("%d has ended twice", c.UserData)
						}
						delete(pending, c.UserData)
					}
					if q.Wait(10 * time.Millisecond); time.Now().After(deadline) {
						t.Errorf("%s=%d: %d never end", modelSeedVariable, seed, len(pending))
						break
					}
				}
				if left := q.Close(); left != 0 {
					t.Errorf("%s=%d: %d held after the queue closed", modelSeedVariable, seed, left)
				}
			}()
			<-started
			if !closeFirst {
				wg.Wait()
			}
			h.close(f)
			wg.Wait()
			nothingLeft(t, h.q, slots)
			os.Remove(path)
		})
	})
}

// Command demo does the demo's two jobs in Go: checksum every file of a tree, and copy the tree; with ayafileio, and
// with package os for comparison. It is asked in JSON, one line per message, by bindings-python/demo/programs.py.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	ayafileio "github.com/ayafileio/ayafileio/bindings-go"
)

// way is one library; both have the same functions of the same names.
type way struct {
	read  func(name string) ([]byte, error)
	write func(name string, data []byte, perm fs.FileMode) error
}

var ways = map[string]way{
	"ayafileio": {ayafileio.ReadFile, ayafileio.WriteFile},
	"os":        {os.ReadFile, os.WriteFile},
}

const step = 100 // files between two moves of the progress bar

type request struct {
	Job, Way, Root, Target string
	Files                  []string
	InFlight               int
}

type answer struct {
	Seconds float64           `json:"seconds"`
	Digests map[string]string `json:"digests"`
}

func main() {
	messages := json.NewEncoder(os.Stdout)
	about := fmt.Sprintf("%s, ayafileio on %s", runtime.Version(), ayafileio.BackendInfo().Backend)
	messages.Encode(map[string]any{"about": about, "ways": []string{"ayafileio", "os"}})
	for requests := json.NewDecoder(bufio.NewReader(os.Stdin)); ; {
		var r request
		if requests.Decode(&r) != nil {
			return // the end of the input
		}
		result, err := run(r, func() { messages.Encode(map[string]int{"done": step}) })
		if err != nil {
			messages.Encode(map[string]string{"error": err.Error()})
			continue
		}
		messages.Encode(result)
	}
}

// run starts as many goroutines as files may be in flight; each takes the next file until none is left.
func run(r request, advance func()) (answer, error) {
	digests := make([]string, len(r.Files))
	one := func(i int) error { return checksum(ways[r.Way], r, i, digests) }
	if r.Job == "copy" {
		one = func(i int) error { return copyFile(ways[r.Way], r, i) }
	}
	var (
		next, done atomic.Int64
		workers    sync.WaitGroup
		moving     sync.Mutex
		failed     = make(chan error, r.InFlight)
	)
	start := time.Now()
	for range r.InFlight {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(r.Files); i = int(next.Add(1)) - 1 {
				if err := one(i); err != nil {
					failed <- err
					return
				}
				if done.Add(1)%step == 0 {
					moving.Lock()
					advance()
					moving.Unlock()
				}
			}
		})
	}
	workers.Wait()
	result := answer{time.Since(start).Seconds(), map[string]string{}}
	close(failed)
	if err, any := <-failed; any {
		return result, err
	}
	for i, digest := range digests {
		if digest != "" {
			result.Digests[r.Files[i]] = digest
		}
	}
	return result, nil
}

func checksum(w way, r request, i int, digests []string) error {
	data, err := w.read(filepath.Join(r.Root, r.Files[i]))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	digests[i] = hex.EncodeToString(sum[:])
	return nil
}

func copyFile(w way, r request, i int) error {
	data, err := w.read(filepath.Join(r.Root, r.Files[i]))
	if err != nil {
		return err
	}
	return w.write(filepath.Join(r.Target, r.Files[i]), data, 0o666)
}

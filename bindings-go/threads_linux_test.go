package ayafileio

import (
	"bytes"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// threads counts the threads of the process, those of the kernel's own for io_uring among them.
func threads(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

// watchThreads returns a function that ends the watching and tells the largest number seen.
func watchThreads(t testing.TB) func() int {
	stop, most := make(chan struct{}), make(chan int)
	go func() {
		highest := 0
		for {
			highest = max(highest, threads(t))
			select {
			case <-stop:
				most <- highest
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() int {
		close(stop)
		return <-most
	}
}

// Very many goroutines read past the page cache at the same time, so that each has to wait for the device.
func TestManyGoroutines(t *testing.T) {
	const goroutines, threadsMax = 50_000, 64
	path, content := testFile(t, 16<<20)
	f := directFile(t, path)
	most := watchThreads(t)
	var waiting sync.WaitGroup
	var wrong atomic.Int32
	start := make(chan struct{})
	for i := range goroutines {
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			block := int64(i%(16<<20/4096)) * 4096
			var b [4096]byte
			<-start
			n, err := f.ReadAt(b[:], block)
			if err != nil && err != io.EOF || !bytes.Equal(b[:n], content[block:][:n]) || n != len(b) {
				wrong.Add(1)
			}
		}()
	}
	began := time.Now()
	close(start)
	waiting.Wait()
	took := time.Since(began)
	count := most()
	t.Logf("%d reads in %v, %d threads at most", goroutines, took.Round(time.Millisecond), count)
	if wrong.Load() > 0 {
		t.Errorf("%d reads went wrong", wrong.Load())
	}
	if count >= threadsMax {
		t.Errorf("%d threads, not less than %d", count, threadsMax)
	}
}

package ayafileio

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core"
)

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

// goroutinesOfOurs counts those that have a function of this package on their stack, except tests.
func goroutinesOfOurs() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	count := 0
	for _, stack := range strings.Split(string(stacks), "\n\n") {
		if strings.Contains(stack, "bindings-go.(*") && !strings.Contains(stack, "testing.tRunner") {
			count++
		}
	}
	return count
}

// When the last file is closed, the queues go, too: no goroutine, no descriptor, no ring is left.
func TestNothingIsLeft(t *testing.T) {
	path, _ := testFile(t, 1<<20)
	for _, backend := range []string{"io_uring", "threadpool"} {
		t.Run(backend, func(t *testing.T) {
			useBackend(t, backend)
			slowly(t)
			before := idleTime
			idleTime = 10 * time.Millisecond
			defer func() { idleTime = before }()
			count := descriptors(t)
			for range 5 {
				var waiting sync.WaitGroup
				for range 20 {
					waiting.Add(1)
					go func() {
						defer waiting.Done()
						f, err := Open(path)
						if err != nil {
							t.Error(err)
							return
						}
						defer f.Close()
						if _, err := f.ReadAt(make([]byte, 100), 5000); err != nil {
							t.Error(err)
						}
					}()
				}
				waiting.Wait()
				eventually(t, "the queues are closed", func() bool {
					open := 0
					theEngine.each(func(*shard) { open++ })
					return open == 0 && goroutinesOfOurs() == 0
				})
			}
			eventually(t, "the descriptors are as many as before", func() bool { return descriptors(t) <= count })
		})
	}
}

// A goroutine that ends while it is locked to its thread takes the thread along; and the kernel gives up what that
// thread has submitted, its own requests and those of others that it flushed. Nobody may notice.
func TestThreadsThatEnd(t *testing.T) {
	path, content := testFile(t, 4<<20)
	f := directFile(t, path)
	buffered := opened(t)(Open(path))
	var waiting sync.WaitGroup
	read := func(f *File, i int) {
		b := make([]byte, 4096)
		offset := int64(i%1000) * 4096
		if n, err := f.ReadAt(b, offset); err != nil || !bytes.Equal(b[:n], content[offset:][:4096]) {
			t.Error(n, err)
		}
	}
	for i := range 300 {
		waiting.Add(3)
		go func() {
			defer waiting.Done()
			runtime.LockOSThread() // and never unlocked
			read(f, i)
		}()
		go func() {
			defer waiting.Done()
			runtime.LockOSThread()
			read(buffered, i)
		}()
		go func() {
			defer waiting.Done()
			read(f, i+1)
		}()
	}
	waiting.Wait()
}

// Neither the path of what is cached nor that of what has to wait allocates.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool forget on purpose")
	}
	path, _ := testFile(t, 1<<20)
	f := opened(t)(OpenFile(path, os.O_RDWR, 0))
	b := make([]byte, 4096)
	check := func(what string, run func() error) {
		t.Helper()
		if n := testing.AllocsPerRun(500, func() {
			if err := run(); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	readAt := func() error { _, err := f.ReadAt(b, 8192); return err }
	check("cached ReadAt", readAt)
	check("WriteAt", func() error { _, err := f.WriteAt(b, 8192); return err })
	check("Seek and Read", func() error {
		if _, err := f.Seek(0, 0); err != nil {
			return err
		}
		_, err := f.Read(b)
		return err
	})
	slowly(t)
	check("ReadAt through the queue", readAt)
	check("WriteAt through the queue", func() error { _, err := f.WriteAt(b, 8192); return err })
	var batch Batch
	check("Batch", func() error {
		batch.Reset()
		for i := range int64(16) {
			batch.ReadAt(f, b[i*256:][:256], i*4096)
		}
		return batch.Do(nil)
	})
}

// A goroutine may sleep through the end of the shard that it has found: its file is closed by then.
func TestClosedShard(t *testing.T) {
	path, _ := testFile(t, 100)
	f, err := OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := f.begin(core.OpSync, wayNone)
	defer c.free()
	s, failed := theEngine.shard(c.hint)
	if failed != core.EOK {
		t.Fatal(failed)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	restart(t)
	if !s.start(c) || !errors.Is(c.err("sync", nil), fs.ErrClosed) {
		t.Error(c.completion)
	}
	s.mu.Lock()
	s.turn() // of one who wanted to flush
	s.giveUpFile(f, wayRead, causeDeadline)
}

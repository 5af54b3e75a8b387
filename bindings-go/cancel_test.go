package ayafileio

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// pipe is a pipe whose reading end is ours. Both are closed at the end of the test.
func pipe(t testing.TB) (*File, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f, err := WrapFile(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		r.Close()
		w.Close()
	})
	return f, w
}

// inFlight waits until this many operations of a file are on their way.
func inFlight(t testing.TB, f *File, count int) {
	t.Helper()
	eventually(t, "the operations are on their way", func() bool {
		found := 0
		theEngine.each(func(s *shard) {
			s.mu.Lock()
			for _, c := range s.slots {
				if c != nil && c.file == f {
					found++
				}
			}
			s.mu.Unlock()
		})
		return found >= count
	})
}

func TestCancelRead(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		f, w := pipe(t)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() {
			_, err := f.ReadContext(ctx, make([]byte, 10))
			ended <- err
		}()
		inFlight(t, f, 1)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := f.ReadContext(ctx, make([]byte, 10)); !errors.Is(err, context.Canceled) {
			t.Errorf("begun too late: %v", err)
		}
		// Nothing was lost, and the file is as good as before.
		w.Write([]byte("after"))
		b := make([]byte, 10)
		if n, err := f.Read(b); err != nil || string(b[:n]) != "after" {
			t.Errorf("%q, %v", b[:n], err)
		}
	})
}

// Many reads past the page cache, each with a context that ends at some moment: before, while, or after the device
// answers. Each returns the right bytes or the context's error; and once it has returned, nobody writes to its memory.
func TestCancelStorm(t *testing.T) {
	path, content := testFile(t, 4<<20)
	for _, backend := range []string{"io_uring", "threadpool"} {
		t.Run(backend, func(t *testing.T) {
			useBackend(t, backend)
			f := directFile(t, path)
			const goroutines, rounds = 64, 40
			var waiting sync.WaitGroup
			var cancelled, finished atomic.Int32
			for g := range goroutines {
				waiting.Add(1)
				go func() {
					defer waiting.Done()
					random := rand.New(rand.NewSource(int64(g)))
					b := make([]byte, 8192)
					for range rounds {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.Intn(1500))*time.Microsecond)
						offset := int64(random.Intn(len(content)/4096-2)) * 4096
						n, err := f.ReadAtContext(ctx, b, offset)
						cancel()
						switch {
						case err == nil && n == len(b) && bytes.Equal(b, content[offset:][:len(b)]):
							finished.Add(1)
						case errors.Is(err, context.DeadlineExceeded):
							cancelled.Add(1)
							for i := range b {
								b[i] = 0xaa
							}
							time.Sleep(time.Duration(random.Intn(300)) * time.Microsecond)
							if bytes.Count(b, []byte{0xaa}) != len(b) {
								t.Error("the memory was written to after the read had returned")
							}
						default:
							t.Errorf("%d, %v", n, err)
						}
					}
				}()
			}
			waiting.Wait()
			t.Logf("%d cancelled, %d finished", cancelled.Load(), finished.Load())
			if _, err := f.ReadAt(make([]byte, 4096), 0); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCancelWriteAndSync(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, _ := testFile(t, 100)
		f := opened(t)(OpenFile(path, os.O_RDWR, 0))
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		for what, err := range map[string]error{
			"WriteContext":    func() error { _, err := f.WriteContext(ended, []byte("x")); return err }(),
			"WriteAtContext":  func() error { _, err := f.WriteAtContext(ended, []byte("x"), 0); return err }(),
			"ReadAtContext":   func() error { _, err := f.ReadAtContext(ended, make([]byte, 1), 0); return err }(),
			"SyncContext":     f.SyncContext(ended),
			"DatasyncContext": f.DatasyncContext(ended),
			"AllocateContext": f.AllocateContext(ended, 0, 10),
		} {
			var p *fs.PathError
			if !errors.Is(err, context.Canceled) || !errors.As(err, &p) {
				t.Errorf("%s: %v", what, err)
			}
		}
		running, stop := context.WithCancel(context.Background())
		defer stop()
		if n, err := f.WriteContext(running, []byte("hello")); n != 5 || err != nil {
			t.Error(n, err)
		}
		if n, err := f.WriteAtContext(running, []byte("J"), 0); n != 1 || err != nil {
			t.Error(n, err)
		}
		if err := f.SyncContext(running); err != nil {
			t.Error(err)
		}
		b := make([]byte, 5)
		if _, err := f.ReadAtContext(running, b, 0); err != nil || string(b) != "Jello" {
			t.Errorf("%q, %v", b, err)
		}
	})
}

// A write into a pipe that nobody reads from waits for room. It can be cancelled, and closing the file ends it.
func TestCancelWriteOfFullPipe(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		f := opened(t)(WrapFile(w))
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		write := func(ctx context.Context) {
			_, err := f.WriteContext(ctx, make([]byte, 1<<20))
			ended <- err
		}
		go write(ctx)
		inFlight(t, f, 1)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		go write(context.Background())
		inFlight(t, f, 1)
		f.SetWriteDeadline(time.Now())
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		f.SetWriteDeadline(time.Time{})
		go write(context.Background())
		inFlight(t, f, 1)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, fs.ErrClosed) {
			t.Error(err)
		}
	})
}

package ayafileio

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// A read of a silent pipe never ends by itself. Closing the file ends it, and at once.
func TestCloseEndsReadsOfStreams(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		f, _ := pipe(t)
		const readers = 20
		ended := make(chan error, readers)
		for range readers {
			go func() {
				_, err := f.Read(make([]byte, 1))
				ended <- err
			}()
		}
		inFlight(t, f, readers)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		for range readers {
			if err := <-ended; !errors.Is(err, fs.ErrClosed) {
				t.Error(err)
			}
		}
	})
}

// Reads in flight on a regular file are waited for; those that come later find it closed.
func TestCloseWithReadsInFlight(t *testing.T) {
	path, content := testFile(t, 1<<20)
	for _, backend := range []string{"io_uring", "threadpool"} {
		t.Run(backend, func(t *testing.T) {
			useBackend(t, backend)
			for range 20 {
				f := directFile(t, path)
				var waiting sync.WaitGroup
				for g := range 32 {
					waiting.Add(1)
					go func() {
						defer waiting.Done()
						b := make([]byte, 4096)
						for i := 0; ; i++ {
							offset := int64((g*7+i)%256) * 4096
							n, err := f.ReadAt(b, offset)
							if errors.Is(err, fs.ErrClosed) {
								return
							}
							if err != nil || !bytes.Equal(b[:n], content[offset:][:4096]) {
								t.Error(n, err)
								return
							}
						}
					}()
				}
				time.Sleep(time.Millisecond)
				if err := f.Close(); err != nil {
					t.Error(err)
				}
				if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
					t.Errorf("the second close: %v", err)
				}
				waiting.Wait()
			}
		})
	}
}

// What was gathered is written by Close, and by the collector when nobody closes.
func TestGatheredWrites(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, _ := testFile(t, 0)
		f := opened(t)(OpenWith(path, OpenOptions{Flag: os.O_RDWR, Buffering: -1}))
		f.WriteString("gathered")
		if there, _ := os.ReadFile(path); len(there) != 0 {
			t.Errorf("%q is there already", there)
		}
		if info, err := f.Stat(); err != nil || info.Size() != 8 {
			t.Errorf("%v, %v", info, err)
		}
		f.WriteString(" and more")
		if err := f.Flush(); err != nil {
			t.Error(err)
		}
		f.WriteString(", closed")
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if there, _ := os.ReadFile(path); string(there) != "gathered and more, closed" {
			t.Errorf("%q", there)
		}
	})
}

func TestNeverClosed(t *testing.T) {
	path, _ := testFile(t, 0)
	fd := func() uintptr {
		f, err := OpenWith(path, OpenOptions{Flag: os.O_RDWR, Buffering: -1})
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString("left behind")
		return f.Fd()
	}()
	if fd == ^uintptr(0) {
		t.Fatal("no descriptor")
	}
	eventually(t, "the file is closed by the collector", func() bool {
		runtime.GC()
		there, _ := os.ReadFile(path)
		return string(there) == "left behind"
	})
	restart(t)
}

package ayafileio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestBatch(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, content := testFile(t, 200_000)
		other, _ := testFile(t, 10)
		f := opened(t)(Open(path))
		w := opened(t)(OpenFile(other, os.O_RDWR, 0))
		var b Batch
		for range 3 { // a batch is used again
			b.Reset()
			parts := make([][]byte, 50)
			for i := range parts {
				parts[i] = make([]byte, 1000)
				if number := b.ReadAt(f, parts[i], int64(i)*3999); number != i {
					t.Error(number)
				}
			}
			end := b.ReadAt(f, make([]byte, 100), 199_990)
			behind := b.ReadAt(f, make([]byte, 100), 300_000)
			write := b.WriteAt(w, []byte("written"), 3)
			if err := b.Do(nil); err != nil {
				t.Fatal(err)
			}
			for i := range parts {
				if n, err := b.Result(i); n != 1000 || err != nil || !bytes.Equal(parts[i], content[i*3999:][:1000]) {
					t.Errorf("%d: %d, %v", i, n, err)
				}
			}
			if n, err := b.Result(end); n != 10 || err != io.EOF {
				t.Error(n, err)
			}
			if n, err := b.Result(behind); n != 0 || err != io.EOF {
				t.Error(n, err)
			}
			if n, err := b.Result(write); n != 7 || err != nil || b.Len() != 53 {
				t.Error(n, err, b.Len())
			}
		}
		b.Reset()
		b.ReadAt(f, make([]byte, 10), 0)
		wrong := b.WriteAt(f, make([]byte, 10), 0)
		negative := b.ReadAt(f, make([]byte, 10), -1)
		err := b.Do(context.Background())
		if _, failure := b.Result(wrong); err == nil || failure != err {
			t.Errorf("%v, %v", err, failure)
		}
		if _, err := b.Result(negative); !errors.Is(err, errNegativeOffset) {
			t.Error(err)
		}
		if n, err := b.Result(0); n != 10 || err != nil {
			t.Error(n, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := b.Do(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestLines(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		long := strings.Repeat("long ", 60_000) + "\n"
		text := "first\n\nthird\r\n" + long + strings.Repeat("one of many\n", 5000) + "without an end"
		want := strings.SplitAfter(text, "\n")
		path := filepath.Join(testDir(t), "lines")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		f := opened(t)(Open(path))
		var got []string
		for line, err := range f.Lines() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d lines, want %d", len(got), len(want))
		}
		f.Seek(0, io.SeekStart)
		for range f.Lines() {
			break
		}
		rest := make([]byte, 8)
		if n, err := f.Read(rest); err != nil || string(rest[:n]) != "\nthird\r\n" {
			t.Errorf("behind the first line: %q, %v", rest[:n], err)
		}
		r, w := pipe(t)
		w.WriteString("a\nb\nrest")
		for line := range r.Lines() {
			if string(line) != "a\n" {
				t.Errorf("%q", line)
			}
			break
		}
		if n, err := r.Read(rest); err != nil || string(rest[:n]) != "b\nrest" {
			t.Errorf("of the pipe: %q, %v", rest[:n], err)
		}
	})
}

// Goroutines that append to one file, through several handles, overwrite nothing and tear nothing.
func TestAppend(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path := filepath.Join(testDir(t), "log")
		const writers, lines = 8, 50
		var waiting sync.WaitGroup
		shared := opened(t)(OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644))
		for g := range writers {
			f := shared
			if g%2 == 0 {
				f = opened(t)(OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644))
			}
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				line := strings.Repeat(string(rune('a'+g)), 200) + "\n"
				for range lines {
					if _, err := f.WriteString(line); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		waiting.Wait()
		text, _ := os.ReadFile(path)
		for line := range bytes.Lines(text) {
			if len(line) != 201 || bytes.Count(line, line[:1]) != 200 {
				t.Fatalf("a torn line: %q", line)
			}
		}
		if len(text) != writers*lines*201 {
			t.Errorf("%d bytes", len(text))
		}
	})
}

// Writes in flight on one file land one behind the other, reads take consecutive parts.
func TestConcurrentPositions(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, _ := testFile(t, 0)
		f := opened(t)(OpenFile(path, os.O_RDWR, 0))
		const count, size = 200, 500
		var waiting sync.WaitGroup
		for i := range count {
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				if n, err := f.Write(bytes.Repeat([]byte{byte(i)}, size)); n != size || err != nil {
					t.Error(n, err)
				}
			}()
		}
		waiting.Wait()
		f.Seek(0, io.SeekStart)
		var mu sync.Mutex
		seen := map[byte]bool{}
		for range count {
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				b := make([]byte, size)
				if n, err := f.Read(b); n != size || err != nil || bytes.Count(b, b[:1]) != size {
					t.Error(n, err)
				}
				mu.Lock()
				seen[b[0]] = true
				mu.Unlock()
			}()
		}
		waiting.Wait()
		if len(seen) != count {
			t.Errorf("%d different blocks of %d", len(seen), count)
		}
	})
}

func TestMetadata(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, _ := testFile(t, 100)
		f := opened(t)(OpenFile(path, os.O_RDWR, 0))
		when := time.Date(2001, 2, 3, 4, 5, 6, 7000, time.UTC)
		if err := f.Chtimes(time.Time{}, when); err != nil {
			t.Error(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		std, _ := os.Stat(path)
		if !os.SameFile(info, std) || info.Size() != 100 || !info.ModTime().Equal(when) || info.Name() != "file" {
			t.Error(info, std)
		}
		if runtime.GOOS != "windows" {
			if err := f.Chmod(0o640); err != nil {
				t.Error(err)
			}
			if err := f.Chown(os.Getuid(), -1); err != nil {
				t.Error(err)
			}
			if info, _ := os.Stat(path); info.Mode() != 0o640 {
				t.Error(info.Mode())
			}
		}
		if err := f.Allocate(0, 5000); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		for _, err := range []error{f.Sync(), f.Datasync(), f.Flush()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestReadDir(t *testing.T) {
	dir := testDir(t)
	for _, name := range []string{"a", "b", "c"} {
		if err := WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := opened(t)(Open(dir))
	first, err := f.ReadDir(2)
	if err != nil || len(first) != 2 {
		t.Fatal(first, err)
	}
	rest, err := f.ReadDir(-1)
	if err != nil || len(rest) != 1 {
		t.Fatal(rest, err)
	}
	if _, err := f.ReadDir(1); err != io.EOF {
		t.Error(err)
	}
	if info, err := f.Stat(); err != nil || !info.IsDir() {
		t.Error(info, err)
	}
}

func TestWrap(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, content := testFile(t, 1000)
		std, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer std.Close()
		std.Seek(100, io.SeekStart)
		f, err := WrapFile(std)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 50)
		if n, err := f.Read(b); n != 50 || err != nil || !bytes.Equal(b, content[100:150]) {
			t.Error(n, err)
		}
		if at, _ := std.Seek(0, io.SeekCurrent); at != 100 {
			t.Errorf("the descriptor was moved to %d", at)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if n, err := std.Read(b); n != 50 || err != nil {
			t.Errorf("closing it closed the descriptor: %v", err)
		}
		if _, err := WrapFile(nil); !errors.Is(err, fs.ErrInvalid) {
			t.Error(err)
		}
		if _, err := WrapFD(^uintptr(0), "nothing", WrapOptions{}); err == nil {
			t.Error("no descriptor, and no error")
		}
		copied, err := duplicate(std.Fd())
		if err != nil {
			t.Fatal(err)
		}
		owned, err := WrapFD(copied, "a copy", WrapOptions{Owned: true})
		if err != nil || owned.Name() != "a copy" || owned.Fd() != copied {
			t.Fatal(owned, err)
		}
		if err := owned.Close(); err != nil {
			t.Error(err)
		}
		if _, err := WrapFD(copied, "closed", WrapOptions{}); err == nil {
			t.Error("an owned descriptor is still open")
		}
	})
}

func TestSettings(t *testing.T) {
	defer ResetConfig()
	c := Config()
	c.BufferSize, c.IOUringSQPOLL = 1<<20, true
	if err := Configure(c); err != nil {
		t.Fatal(err)
	}
	if got := Config(); got != c {
		t.Errorf("%+v, want %+v", got, c)
	}
	c.BufferPoolMax, c.InlineReadMax = 7, -1
	err := Configure(c)
	if !errors.Is(err, fs.ErrInvalid) || !strings.Contains(err.Error(), "InlineReadMax is -1") {
		t.Error(err)
	}
	if Config().BufferPoolMax == 7 {
		t.Error("half of a refused configuration is in force")
	}
	ResetConfig()
	if Config().BufferSize != 65536 {
		t.Error(Config())
	}
	if info := BackendInfo(); info.Platform == "" || info.Backend == "" || info.Description == "" {
		t.Errorf("%+v", info)
	}
}

package ayafileio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
)

// The code of README.md is here, so that it is compiled and run; TestGuide wants every block of it.

// elsewhere goes to a directory with a file data.bin, and returns the way back.
func elsewhere() (back func()) {
	before, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp(os.Getenv("AYAFILEIO_TEST_DIR"), "ayafileio-test-")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chdir(dir); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("data.bin", bytes.Repeat([]byte("0123456789abcde\n"), 4096), 0o644); err != nil {
		log.Fatal(err)
	}
	return func() {
		os.Chdir(before)
		os.RemoveAll(dir)
	}
}

func Example_opening() {
	defer elsewhere()()

	f, err := ayafileio.Open("data.bin")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	buffer := make([]byte, 4096)
	n, err := f.ReadAt(buffer, 8192)

	fmt.Println(n, err)
	// Output: 4096 <nil>
}

func Example_options() {
	defer elsewhere()()

	// Past the page cache.
	direct, err := ayafileio.OpenWith("data.bin", ayafileio.OpenOptions{Flag: os.O_RDONLY, Direct: true})

	if err != nil {
		direct, err = ayafileio.Open("data.bin") // a file system in memory has no O_DIRECT
	}
	fmt.Println(direct.Close(), err)

	// Small writes are gathered.
	log, err := ayafileio.OpenWith("log", ayafileio.OpenOptions{
		Flag: os.O_WRONLY | os.O_CREATE | os.O_APPEND, Perm: 0o644, Buffering: 1 << 20,
	})

	fmt.Println(log.Close(), err)
	// Output:
	// <nil> <nil>
	// <nil> <nil>
}

func Example_lines() {
	defer elsewhere()()
	f, err := ayafileio.Open("data.bin")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()

	count := 0
	for line, err := range f.Lines() {
		if err != nil {
			log.Fatal(err)
		}
		count += len(line) // with its line end, as bytes.Lines
	}

	fmt.Println(count)
	// Output: 65536
}

func Example_cancelling() {
	defer elsewhere()()
	f, err := ayafileio.Open("data.bin")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	buffer := make([]byte, 4096)

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := f.ReadAtContext(ctx, buffer, 8192)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Println("too late")
	}

	fmt.Println(n)

	f.SetReadDeadline(time.Now().Add(-time.Second))
	_, err = f.Read(buffer)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded)) // true

	// Output:
	// 4096
	// true
}

func Example_batch() {
	defer elsewhere()()
	f, err := ayafileio.Open("data.bin")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()

	var batch ayafileio.Batch
	parts := make([][4096]byte, 16)
	for i := range parts {
		batch.ReadAt(f, parts[i][:], int64(i)*4096)
	}
	err = batch.Do(context.Background()) // one system call; waits for all
	n, failure := batch.Result(3)        // as ReadAt would have returned it

	fmt.Println(err, n, failure)
	// Output: <nil> 4096 <nil>
}

func Example_settings() {
	c := ayafileio.Config()
	c.BufferSize = 1 << 20
	err := ayafileio.Configure(c) // all of it, or an error that says what is allowed

	fmt.Println(err)
	ayafileio.ResetConfig()
	// Output: <nil>
}

func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.ReadFile("guide_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(guide), "```go\n")[1:]
	if len(blocks) < 5 {
		t.Fatalf("only %d blocks of code", len(blocks))
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		var indented strings.Builder
		for line := range strings.Lines(code) {
			if line != "\n" {
				line = "\t" + line
			}
			indented.WriteString(line)
		}
		if !strings.Contains(string(here), indented.String()) {
			t.Errorf("not in this file:\n%s", code)
		}
	}
}

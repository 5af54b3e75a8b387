package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
)

type scenario struct {
	name, about string
	run         func(path string, o options) ([]figure, error)
}

var scenarios = []scenario{
	{"hot", "one goroutine, ReadAt of 4 KiB that are cached", hot},
	{"read", "one goroutine, Read of cached data in blocks", sequentialRead},
	{"write", "one goroutine, Write in blocks, to the page cache", sequentialWrite},
	{"lines", "lines of a cached text file, against bufio.Scanner", lines},
	{"whole", "1,000 small files: ReadFile and WriteFile", whole},
	{"cold", "random 4 KiB past the page cache, by 1 to 256 goroutines", cold},
	{"many", "very many goroutines past the page cache, and the threads that takes", many},
}

// file is what both kinds of files have in common here.
type file interface {
	io.ReadWriteSeeker
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// opener opens a file of one kind.
type opener func(name string, flag int, direct bool) (file, error)

func openOurs(name string, flag int, direct bool) (file, error) {
	return ayafileio.OpenWith(name, ayafileio.OpenOptions{Flag: flag, Perm: 0o644, Direct: direct})
}

func openOS(name string, flag int, direct bool) (file, error) {
	if direct {
		flag |= directFlag
	}
	return os.OpenFile(name, flag, 0o644)
}

// content makes a file of random bytes.
func content(path string, size int) ([]byte, error) {
	b := make([]byte, size)
	rand.New(rand.NewSource(1)).Read(b)
	return b, os.WriteFile(path, b, 0o644)
}

// each makes both contenders of one function, on one open file each, and closes the files afterwards.
func each(name, unit, path string, flag int, rounds int, work func(f file) (time.Duration, error)) (figure, error) {
	ours, err := openOurs(path, flag, false)
	if err != nil {
		return figure{}, err
	}
	defer ours.Close()
	std, err := openOS(path, flag, false)
	if err != nil {
		return figure{}, err
	}
	defer std.Close()
	return compare(name, unit, rounds, contenders{
		ours: func() (time.Duration, error) { return work(ours) },
		os:   func() (time.Duration, error) { return work(std) },
	})
}

func hot(path string, o options) ([]figure, error) {
	const reads, size = 2000, 4096
	data, err := content(path, 1<<20)
	if err != nil {
		return nil, err
	}
	b := make([]byte, size)
	f, err := each("hot ReadAt 4 KiB", "ns", path, os.O_RDONLY, 20*o.rounds, func(f file) (time.Duration, error) {
		began := time.Now()
		for range reads {
			if _, err := f.ReadAt(b, 8192); err != nil {
				return 0, err
			}
		}
		took := time.Since(began) / reads
		if !bytes.Equal(b, data[8192:][:size]) {
			return 0, errors.New("other bytes than the file holds")
		}
		return took, nil
	})
	return []figure{f}, err
}

func sequentialRead(path string, o options) ([]figure, error) {
	if _, err := content(path, 64<<20); err != nil {
		return nil, err
	}
	var figures []figure
	for _, block := range []int{4 << 10, 64 << 10, 1 << 20, 4 << 20} {
		b, size := make([]byte, block), min(64<<20, 2000*block)
		f, err := each(fmt.Sprintf("Read %d KiB", block>>10), "µs", path, os.O_RDONLY, 5*o.rounds, func(f file) (time.Duration, error) {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return 0, err
			}
			began, total, count := time.Now(), 0, 0
			for total < size {
				n, err := f.Read(b)
				if err != nil {
					return 0, err
				}
				total += n
				count++
			}
			return time.Since(began) / time.Duration(count), nil
		})
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

func sequentialWrite(path string, o options) ([]figure, error) {
	var figures []figure
	for _, block := range []int{100, 4 << 10, 1 << 20} {
		b, count := make([]byte, block), 16<<20/block
		count = min(count, 1000)
		f, err := each(fmt.Sprintf("Write %d bytes", block), "µs", path, os.O_WRONLY|os.O_CREATE, 5*o.rounds, func(f file) (time.Duration, error) {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return 0, err
			}
			began := time.Now()
			for range count {
				if _, err := f.Write(b); err != nil {
					return 0, err
				}
			}
			return time.Since(began) / time.Duration(count), nil
		})
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

func lines(path string, o options) ([]figure, error) {
	const count = 200_000
	line := bytes.Repeat([]byte("x"), 79)
	text := bytes.Repeat(append(line, '\n'), count)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return nil, err
	}
	check := func(took time.Duration, n int, err error) (time.Duration, error) {
		if err == nil && n != count {
			err = fmt.Errorf("%d lines", n)
		}
		return took / count, err
	}
	f, err := compare("a line of 80 bytes", "ns", o.rounds, contenders{
		ours: func() (time.Duration, error) {
			began, n := time.Now(), 0
			f, err := ayafileio.Open(path)
			if err != nil {
				return 0, err
			}
			defer f.Close()
			for _, err := range f.Lines() {
				if err != nil {
					return 0, err
				}
				n++
			}
			return check(time.Since(began), n, nil)
		},
		os: func() (time.Duration, error) {
			began, n := time.Now(), 0
			f, err := os.Open(path)
			if err != nil {
				return 0, err
			}
			defer f.Close()
			s := bufio.NewScanner(f)
			for s.Scan() {
				n++
			}
			return check(time.Since(began), n, s.Err())
		},
	})
	return []figure{f}, err
}

func whole(path string, o options) ([]figure, error) {
	const count, size = 1000, 4096
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	data := bytes.Repeat([]byte("data"), size/4)
	name := func(i int) string { return filepath.Join(path, fmt.Sprint(i)) }
	reading := func(read func(string) ([]byte, error)) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			began := time.Now()
			for i := range count {
				if b, err := read(name(i)); err != nil || len(b) != size {
					return 0, fmt.Errorf("%d bytes, %w", len(b), err)
				}
			}
			return time.Since(began) / count, nil
		}
	}
	writing := func(write func(string, []byte, os.FileMode) error) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			began := time.Now()
			for i := range count {
				if err := write(name(i), data, 0o644); err != nil {
					return 0, err
				}
			}
			return time.Since(began) / count, nil
		}
	}
	w, err := compare("WriteFile 4 KiB", "µs", o.rounds, contenders{ours: writing(ayafileio.WriteFile), os: writing(os.WriteFile)})
	if err != nil {
		return nil, err
	}
	r, err := compare("ReadFile 4 KiB", "µs", o.rounds, contenders{ours: reading(ayafileio.ReadFile), os: reading(os.ReadFile)})
	return []figure{w, r}, err
}

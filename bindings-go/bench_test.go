package ayafileio

import (
	"io"
	"os"
	"testing"
)

// The same work on both kinds of files. The program in bench compares them in turns; these are for profiles.

func BenchmarkReadAt(b *testing.B) {
	path, _ := testFile(b, 1<<20)
	onBoth(b, path, func(b *testing.B, f both) {
		data := make([]byte, 4096)
		for b.Loop() {
			if _, err := f.ReadAt(data, 8192); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReadAtParallel(b *testing.B) {
	path, _ := testFile(b, 1<<20)
	onBoth(b, path, func(b *testing.B, f both) {
		b.RunParallel(func(p *testing.PB) {
			data := make([]byte, 4096)
			for p.Next() {
				if _, err := f.ReadAt(data, 8192); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkRead(b *testing.B) {
	path, _ := testFile(b, 1<<20)
	onBoth(b, path, func(b *testing.B, f both) {
		data := make([]byte, 4096)
		for b.Loop() {
			if _, err := f.Read(data); err == io.EOF {
				f.Seek(0, io.SeekStart)
			} else if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWriteAt(b *testing.B) {
	path, _ := testFile(b, 1<<20)
	onBoth(b, path, func(b *testing.B, f both) {
		data := make([]byte, 100)
		for b.Loop() {
			if _, err := f.WriteAt(data, 8192); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func onBoth(b *testing.B, path string, work func(*testing.B, both)) {
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		work(b, opened(b)(OpenFile(path, os.O_RDWR, 0)))
	})
	b.Run("os", func(b *testing.B) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		b.ReportAllocs()
		work(b, f)
	})
}

// BenchmarkQueued is the way of an operation that has to wait: submitted, reaped by the poller, woken up.
func BenchmarkQueued(b *testing.B) {
	slowly(b)
	path, _ := testFile(b, 1<<20)
	f := opened(b)(Open(path))
	b.ReportAllocs()
	b.Run("one", func(b *testing.B) {
		data := make([]byte, 4096)
		for b.Loop() {
			if _, err := f.ReadAt(data, 8192); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("64", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			data := make([]byte, 4096)
			for p.Next() {
				if _, err := f.ReadAt(data, 8192); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

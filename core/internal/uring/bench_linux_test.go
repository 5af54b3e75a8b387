//go:build linux && !(386 || arm || mips || mipsle)

package uring_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// BenchmarkRequest is one request through the ring, alone and in batches; it must not allocate.
func BenchmarkRequest(b *testing.B) {
	path := filepath.Join(b.TempDir(), "f")
	const size = 64 << 20
	if err := os.WriteFile(path, make([]byte, size), 0o666); err != nil {
		b.Fatal(err)
	}
	for _, kind := range []struct {
		name  string
		flags sys.OpenFlags
	}{{"cached", sys.OpenRead}, {"direct", sys.OpenRead | sys.OpenDirect}} {
		fd, errno := sys.Open(append([]byte(path), 0), kind.flags, 0)
		if errno != 0 {
			b.Skip(errno)
		}
		defer sys.Close(fd)
		for _, depth := range []int{1, 16, 64, 256} {
			b.Run(fmt.Sprintf("%s4K/depth%d", kind.name, depth), func(b *testing.B) {
				u := open(uring.Options{})(b)
				defer u.Close()
				raw := make([]byte, (depth+1)*4096)
				skip := 4096 - int(uintptr(unsafe.Pointer(&raw[0]))%4096)
				requests := make([]backend.Request, depth)
				out := make([]*backend.Request, depth)
				next := int64(0)
				submit := func(i int) {
					requests[i] = backend.Request{Op: backend.OpRead, FD: fd, Data: unsafe.Pointer(&raw[skip+i*4096]), Length: 4096,
						Offset: next * 7919 % (size / 4096) * 4096}
					requests[i].Mode = uint32(i)
					next++
					u.Submit(&requests[i])
				}
				b.ReportAllocs()
				b.ResetTimer()
				for i := range requests {
					submit(i)
				}
				for done := 0; done < b.N; {
					u.Flush()
					count := u.Reap(out)
					if count == 0 {
						u.Wait(-1)
						continue
					}
					done += count
					for _, r := range out[:count] {
						submit(int(r.Mode))
					}
				}
				b.StopTimer()
				for u.InFlight() > 0 {
					u.Wait(-1)
					u.Reap(out)
				}
			})
		}
	}
	b.Run("call", func(b *testing.B) {
		u := open(uring.Options{})(b)
		defer u.Close()
		r := &backend.Request{Op: backend.OpCall, Call: func(*backend.Request) {}}
		out := make([]*backend.Request, 1)
		b.ReportAllocs()
		for range b.N {
			u.Submit(r)
			u.Flush()
			for u.Reap(out) == 0 {
				u.Wait(-1)
			}
		}
	})
}

func BenchmarkOpenClose(b *testing.B) {
	o := open(uring.Options{})
	b.ReportAllocs()
	for range b.N {
		o(b).Close()
	}
}

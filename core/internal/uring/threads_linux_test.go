//go:build linux && !(386 || arm || mips || mipsle)

package uring_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// kernelWorkers counts the kernel's own threads for io_uring, which show among the process's.
func kernelWorkers(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip(err)
	}
	count := 0
	for _, e := range entries {
		name, _ := os.ReadFile("/proc/self/task/" + e.Name() + "/comm")
		if strings.HasPrefix(string(name), "iou-") {
			count++
		}
	}
	return count
}

// A ring that was closed leaves no thread of the kernel's behind for long.
func TestKernelThreadsEnd(t *testing.T) {
	path := t.TempDir() + "/f"
	fd, errno := sys.Open(append([]byte(path), 0), sys.OpenWrite|sys.OpenCreate, 0o666)
	if errno != 0 {
		t.Fatal(errno)
	}
	defer sys.Close(fd)
	data := make([]byte, 4096)
	for range 100 {
		u := open(uring.Options{})(t)
		for j := range 20 {
			u.Submit(&backend.Request{Op: backend.OpWrite, FD: fd, Data: unsafe.Pointer(&data[0]), Length: 4096, Offset: int64(j * 4096)})
		}
		u.Flush()
		out := make([]*backend.Request, 20)
		for u.InFlight() > 0 {
			u.Wait(-1)
			u.Reap(out)
		}
		u.Close()
	}
	for deadline := time.Now().Add(20 * time.Second); kernelWorkers(t) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d threads are left", kernelWorkers(t))
		}
	}
}

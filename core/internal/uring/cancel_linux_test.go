//go:build linux && !(386 || arm || mips || mipsle)

package uring_test

import (
	"os"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// A cancellation that comes while a kernel thread hands a silent pipe's read over to the kernel's own waiting is not
// lost. A second ring with a read of its own makes that moment longer. Without asking again, one in some hundred hung.
func TestCancelMeetsARequestOnItsWay(t *testing.T) {
	for range 400 {
		var rings [2]backend.Backend
		var requests [2]*backend.Request
		for i := range rings {
			rings[i] = open(uring.Options{Depth: 8})(t)
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			defer writer.Close()
			requests[i] = &backend.Request{Op: backend.OpRead, Flags: backend.FlagAsync, FD: sys.FD(reader.Fd()),
				Data: unsafe.Pointer(new([8]byte)), Length: 8, Offset: -1}
			rings[i].Submit(requests[i])
			rings[i].Flush()
		}
		out := make([]*backend.Request, 1)
		for i, ring := range rings {
			ring.Cancel(requests[i])
			ring.Flush()
			for deadline := time.Now().Add(20 * time.Second); ring.Reap(out) == 0; ring.Wait(time.Second) {
				if time.Now().After(deadline) {
					t.Fatal("a cancelled read goes on")
				}
			}
			if requests[i].Errno != sys.ECANCELED {
				t.Fatal(requests[i].Errno)
			}
			ring.Close()
		}
	}
}

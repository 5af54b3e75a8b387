// Package main builds libayafileio, the C face of the core (go build -buildmode=c-shared). The exports are generated;
// they recover from panics and call the functions in this package, which only translate between C and Go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

func main() {}

// guard turns a panic into an error: the queue's state is unknown, so every later call on it fails, and the host
// process lives on.
func guard(queue uint64, result *int32) {
	cause := recover()
	if cause == nil {
		return
	}
	if q, err := core.LookupQueue(queue); err == core.EOK {
		q.Poison()
	}
	fmt.Fprintf(os.Stderr, "ayafileio: internal error, please report it: %v\n%s", cause, debug.Stack())
	if result != nil {
		*result = -int32(core.EPOISONED)
	}
}

func abiVersion() uint32 { return core.ABIVersion }

func queueOpen(out *uint64) int32 {
	q, err := core.OpenQueue()
	if err != core.EOK {
		return -int32(err)
	}
	if workers := q.WorkersMax(); workers > 0 {
		roomForWorkers.Do(func() { runtime.GOMAXPROCS(runtime.NumCPU() + workers) })
	}
	*out = q.Handle()
	return 0
}

// roomForWorkers: a worker in a blocking call keeps its place in the Go scheduler until the runtime's monitor notices,
// after up to 10 ms. With only as many places as processors, workers take them all and a call from the host waits: the
// event loop stalls. So there is a place for each worker; they are idle most of the time. The Go runtime in this library
// is ours alone, so its settings may be ours, too. Figures in spec/decisions/core-blocking-workers.md.
var roomForWorkers sync.Once

func queueFD(queue uint64) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return int32(q.FD())
}

func submit(queue uint64, s *core.Submission, out *core.Completion) int32 {
	if queue == 0 {
		return int32(core.Submit(nil, s, out))
	}
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return int32(core.Submit(q, s, out))
}

func flush(queue uint64) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return int32(q.Flush())
}

func reap(queue uint64, out *core.Completion, capacity uint32) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return int32(q.Reap(unsafe.Slice(out, capacity)))
}

func wait(queue uint64, timeoutMS int64) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	timeout := time.Duration(-1)
	if timeoutMS >= 0 {
		timeout = time.Duration(timeoutMS) * time.Millisecond
	}
	if q.Wait(timeout) {
		return 1
	}
	return 0
}

func cancel(queue uint64, token uint64) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return -int32(q.Cancel(token))
}

func queueClose(queue uint64) int32 {
	q, err := core.LookupQueue(queue)
	if err != core.EOK {
		return -int32(err)
	}
	return int32(q.Close())
}

func fileInfo(file uint64, fd *int64, traits *uint32) int32 {
	number, bits, err := core.FileInfo(file)
	if err != core.EOK {
		return -int32(err)
	}
	*fd, *traits = number, bits
	return 0
}

func fileDispose(file uint64) int32 { return -int32(core.Dispose(file)) }

func shutdown(timeoutMS int64) int32 {
	core.Shutdown(time.Duration(timeoutMS) * time.Millisecond)
	return 0
}

func configure(name *byte, nameLength uint64, value int64) int32 {
	return -int32(core.Configure(string(unsafe.Slice(name, nameLength)), value))
}

func option(name *byte, nameLength uint64, value *int64) int32 {
	current, err := core.Option(string(unsafe.Slice(name, nameLength)))
	if err != core.EOK {
		return -int32(err)
	}
	*value = current
	return 0
}

func configureReset() int32 {
	core.ConfigureReset()
	return 0
}

// text stores as much of b as fits, ended by a zero byte, and returns the length of the whole without it.
func text(b []byte, out *byte, capacity uint64) int32 {
	if capacity > 0 && out != nil {
		room := unsafe.Slice(out, capacity)
		room[copy(room[:capacity-1], b)] = 0
	}
	return int32(len(b))
}

func backendInfo(out *byte, capacity uint64) int32 {
	return text(core.BackendInfo().JSON(), out, capacity)
}

func strerror(code int32, out *byte, capacity uint64) int32 {
	return text([]byte(core.Error(code).Error()), out, capacity)
}

func drainPool(which uint32) int32 {
	switch which {
	case core.PoolHandles:
		return 0 // none is kept, on any system
	case core.PoolBuffers:
		return int32(core.DrainBufferPool())
	}
	return -int32(core.EINVAL)
}

func release(spill unsafe.Pointer) { core.Release(spill) }

package ayafileio

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync/atomic"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// Batch is a number of positional reads and writes that are handed to the system together and run in parallel, in no
// order. One goroutine at a time uses a Batch. The zero Batch is empty and ready; used again after [Batch.Reset] it
// allocates nothing.
type Batch struct {
	entries []entry
	left    atomic.Int32
	done    chan struct{}
}

type entry struct {
	file   *File
	data   []byte
	offset int64
	op     core.Op
	call   *call // while it is on its way
	n      int
	err    error
}

// ReadAt adds a read, as [File.ReadAt] does it, and returns its number. The memory belongs to the batch until Do has
// returned.
func (b *Batch) ReadAt(f *File, p []byte, offset int64) int {
	return b.add(f, p, offset, core.OpReadAt)
}

// WriteAt adds a write, as [File.WriteAt] does it, and returns its number. The memory belongs to the batch until Do has
// returned.
func (b *Batch) WriteAt(f *File, p []byte, offset int64) int {
	return b.add(f, p, offset, core.OpWriteAt)
}

func (b *Batch) add(f *File, p []byte, offset int64, op core.Op) int {
	b.entries = append(b.entries, entry{file: f, data: p, offset: offset, op: op})
	return len(b.entries) - 1
}

// Len is how many operations the batch holds.
func (b *Batch) Len() int { return len(b.entries) }

// Result is what became of the operation with this number: as the method of File would have returned it.
func (b *Batch) Result(i int) (n int, err error) { return b.entries[i].n, b.entries[i].err }

// Reset empties the batch.
func (b *Batch) Reset() {
	clear(b.entries)
	b.entries = b.entries[:0]
}

// Do carries all of it out and waits. The error is that of the first operation that failed; a read that met the end of
// its file has not. When ctx ends, what is in flight is cancelled, and Do returns when the system is done with the
// memory. ctx may be nil.
func (b *Batch) Do(ctx context.Context) error {
	b.begin(ctx)
	b.submit()
	b.await(ctx)
	var first error
	for i := range b.entries {
		e := &b.entries[i]
		e.finish(ctx)
		if first == nil && e.err != nil && !errors.Is(e.err, io.EOF) {
			first = e.err
		}
	}
	return first
}

// begin does what can be done at once. Those that are left have a call.
func (b *Batch) begin(ctx context.Context) {
	for i := range b.entries {
		e := &b.entries[i]
		e.n, e.err = 0, nil
		op, way := "read", wayRead
		if e.op == core.OpWriteAt {
			op, way = "write", wayWrite
			raceRead(e.data)
		}
		if e.err = e.file.valid(op); e.err != nil {
			continue
		}
		if e.offset < 0 {
			e.err = &fs.PathError{Op: op + "at", Path: e.file.name, Err: errNegativeOffset}
			continue
		}
		c := e.file.begin(e.op, way)
		args := (*core.ReadAtArgs)(unsafe.Pointer(&c.submission.Args)) // write_at has the same
		args.Data, args.Length, args.Offset = unsafe.Pointer(unsafe.SliceData(e.data)), uint64(len(e.data)), e.offset
		e.call, c.batch = c, b
		if !c.admit(ctx) || c.now() {
			c.batch = nil
		}
	}
}

// submit puts what is left into one queue and hands it over in one go.
func (b *Batch) submit() {
	var s *shard
	b.left.Store(1) // our own, so that nobody is told before all are in
	for i := range b.entries {
		c := b.entries[i].call
		if c == nil || c.batch == nil {
			continue
		}
		if s == nil {
			var err core.Error
			if s, err = theEngine.shard(c.hint); err != core.EOK {
				s = nil
				c.batch = nil
				c.completion.Result, c.completion.Error = -1, err
				continue
			}
			s.mu.Lock()
		}
		b.left.Add(1)
		if why := s.stopped(c); why != causeNone {
			c.refuse(why)
		} else if finished, _ := s.submit(c); !finished {
			continue
		}
		c.batch = nil
		b.left.Add(-1)
	}
	if s != nil {
		s.turn()
	}
}

// await parks until the last one is finished.
func (b *Batch) await(ctx context.Context) {
	if b.done == nil {
		b.done = make(chan struct{}, 1)
	}
	if b.left.Add(-1) == 0 {
		return
	}
	if ctx == nil || ctx.Done() == nil {
		<-b.done
		return
	}
	select {
	case <-b.done:
	case <-ctx.Done():
		b.cancel()
		<-b.done
	}
}

func (b *Batch) cancel() {
	var s *shard
	for i := range b.entries {
		if c := b.entries[i].call; c != nil && c.batch != nil {
			if s == nil {
				s = c.shard
				s.mu.Lock()
			}
			s.giveUp(c, causeContext)
		}
	}
	if s != nil {
		s.turn()
	}
}

// finish takes the outcome out of the call and gives it back.
func (e *entry) finish(ctx context.Context) {
	c := e.call
	if c == nil {
		return
	}
	op := "read"
	if e.op == core.OpWriteAt {
		op = "write"
	}
	if e.err = c.err(op, ctx); e.err == nil {
		e.n = int(c.completion.Result)
		if e.op == core.OpReadAt {
			raceWritten(e.data[:e.n])
			if e.n < len(e.data) {
				e.err = io.EOF
			}
		}
	}
	e.call = nil
	c.free()
}

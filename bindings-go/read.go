package ayafileio

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// Read reads up to len(b) bytes at the position. Fewer, without an error, only at the end of the file and on pipes and
// terminals; at the end it returns 0 and io.EOF. Reads in flight at once return consecutive parts.
func (f *File) Read(b []byte) (int, error) { return f.ReadContext(nil, b) }

// ReadContext is Read that ends early when ctx does: the system is asked to cancel, and the error is that of ctx. It
// returns when the system is done with b, not before, so b is the caller's again.
func (f *File) ReadContext(ctx context.Context, b []byte) (int, error) {
	if err := f.valid("read"); err != nil {
		return 0, err
	}
	if len(b) == 0 {
		return 0, nil
	}
	if f.unbuffered && !f.direct && !f.deadlines[wayRead].passed.Load() && (ctx == nil || ctx.Err() == nil) {
		if n, done, err := f.readNow(ctx, b); done {
			return n, err
		}
	}
	c := f.begin(core.OpRead, wayRead)
	defer c.free()
	args := (*core.ReadArgs)(unsafe.Pointer(&c.submission.Args))
	args.Data, args.Length = unsafe.Pointer(unsafe.SliceData(b)), uint64(len(b))
	if f.stream {
		args.Flags = core.ReadPartial
	}
	c.run(ctx)
	if err := c.err("read", ctx); err != nil {
		return 0, err
	}
	n := int(c.completion.Result)
	raceWritten(b[:n])
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// readNow reads what is in memory on this goroutine, and the rest as a positional read.
func (f *File) readNow(ctx context.Context, b []byte) (n int, done bool, err error) {
	seat := noSeat
	if ctx == nil || ctx.Done() == nil {
		seat = f.warmth.mayWait()
	}
	place, count, ended, ok := core.ReadNow(f.handle, unsafe.Pointer(unsafe.SliceData(b)), int64(len(b)), seat != noSeat)
	if seat != noSeat {
		leaveBlocking(seat)
	} else {
		f.learn(ended)
	}
	if !ok {
		return 0, false, nil
	}
	n = int(count)
	if !ended {
		n, err = f.readRest(ctx, b, n, place.Offset)
		core.Settle(f.handle, place, int64(n), err != nil)
	}
	raceWritten(b[:n])
	switch {
	case err != nil:
		return 0, true, err
	case n == 0:
		return 0, true, io.EOF
	}
	return n, true, nil
}

// ReadAt reads len(b) bytes at an offset; fewer only with an error, which is io.EOF at the end of the file. The
// position is neither used nor moved.
func (f *File) ReadAt(b []byte, offset int64) (int, error) {
	// The hot path: what is in the page cache is read here and now.
	if f != nil {
		if seat := f.warmth.mayWait(); seat != noSeat {
			count, ended := core.ReadAtWaiting(f.handle, unsafe.Pointer(unsafe.SliceData(b)), int64(len(b)), offset)
			leaveBlocking(seat)
			if ended && int(count) == len(b) {
				raceWritten(b)
				return len(b), nil
			}
		}
	}
	return f.ReadAtContext(nil, b, offset)
}

// ReadAtContext is ReadAt that ends early when ctx does, as [File.ReadContext] does.
func (f *File) ReadAtContext(ctx context.Context, b []byte, offset int64) (int, error) {
	if f == nil {
		return 0, fs.ErrInvalid
	}
	if f.deadlines[wayRead].passed.Load() || ctx != nil && ctx.Err() != nil {
		return f.readAt(ctx, b, 0, offset)
	}
	count, ended := core.ReadAtNow(f.handle, unsafe.Pointer(unsafe.SliceData(b)), int64(len(b)), offset)
	f.learn(ended)
	if !ended {
		return f.readAt(ctx, b, int(count), offset)
	}
	raceWritten(b[:count])
	if int(count) < len(b) {
		return int(count), io.EOF
	}
	return int(count), nil
}

var errNegativeOffset = errors.New("negative offset")

// readAt reads what follows the first n bytes.
func (f *File) readAt(ctx context.Context, b []byte, n int, offset int64) (int, error) {
	if err := f.valid("read"); err != nil {
		return 0, err
	}
	if offset < 0 {
		return 0, &fs.PathError{Op: "readat", Path: f.name, Err: errNegativeOffset}
	}
	if len(b) == 0 {
		return 0, nil
	}
	n, err := f.readRest(ctx, b, n, offset)
	raceWritten(b[:n])
	if err == nil && n < len(b) {
		err = io.EOF
	}
	return n, err
}

func (f *File) readRest(ctx context.Context, b []byte, n int, offset int64) (int, error) {
	rest := b[n:]
	if (ctx == nil || ctx.Done() == nil) && !f.deadlines[wayRead].set.Load() {
		if seat := enterAlone(); seat != noSeat {
			count, ended := core.ReadAtWaiting(f.handle, unsafe.Pointer(unsafe.SliceData(rest)), int64(len(rest)), offset+int64(n))
			leaveBlocking(seat)
			if ended {
				return n + int(count), nil
			}
		}
	}
	c := f.begin(core.OpReadAt, wayRead)
	defer c.free()
	args := (*core.ReadAtArgs)(unsafe.Pointer(&c.submission.Args))
	args.Data, args.Length, args.Offset = unsafe.Pointer(unsafe.SliceData(rest)), uint64(len(rest)), offset+int64(n)
	c.run(ctx)
	if err := c.err("read", ctx); err != nil {
		return n, err
	}
	return n + int(c.completion.Result), nil
}

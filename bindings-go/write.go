package ayafileio

import (
	"context"
	"io/fs"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// Write writes b at the position, or at the end of a file that was opened to append. It writes all of b or fails.
func (f *File) Write(b []byte) (int, error) { return f.WriteContext(nil, b) }

// WriteString is Write for a string.
func (f *File) WriteString(s string) (int, error) {
	return f.Write(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// WriteContext is Write that ends early when ctx does: the system is asked to cancel, and the error is that of ctx. It
// returns when the system is done with b, not before. What of b is in the file then is not known.
func (f *File) WriteContext(ctx context.Context, b []byte) (int, error) {
	if err := f.valid("write"); err != nil {
		return 0, err
	}
	if f.appends {
		f.appending.Lock()
		defer f.appending.Unlock()
	}
	raceRead(b)
	data, length := unsafe.Pointer(unsafe.SliceData(b)), int64(len(b))
	if seat := f.writesHere(ctx); seat != noSeat {
		count, err, native, tried := core.WriteBlocking(f.handle, data, length)
		leaveBlocking(seat)
		if tried {
			return int(count), pathError("write", f.name, err, native)
		}
	}
	c := f.begin(core.OpWrite, wayWrite)
	defer c.free()
	args := (*core.WriteArgs)(unsafe.Pointer(&c.submission.Args))
	args.Data, args.Length = data, uint64(length)
	c.run(ctx)
	if err := c.err("write", ctx); err != nil {
		return 0, err
	}
	return len(b), nil
}

// WriteAt writes b at an offset, all of it or it fails. The position is neither used nor moved. A file that was opened
// to append refuses it.
func (f *File) WriteAt(b []byte, offset int64) (int, error) { return f.WriteAtContext(nil, b, offset) }

// WriteAtContext is WriteAt that ends early when ctx does, as [File.WriteContext] does.
func (f *File) WriteAtContext(ctx context.Context, b []byte, offset int64) (int, error) {
	if err := f.valid("write"); err != nil {
		return 0, err
	}
	if offset < 0 {
		return 0, &fs.PathError{Op: "writeat", Path: f.name, Err: errNegativeOffset}
	}
	raceRead(b)
	data, length := unsafe.Pointer(unsafe.SliceData(b)), int64(len(b))
	if seat := f.writesHere(ctx); seat != noSeat {
		count, err, native, tried := core.WriteAtBlocking(f.handle, data, length, offset)
		leaveBlocking(seat)
		if tried {
			return int(count), pathError("write", f.name, err, native)
		}
	}
	c := f.begin(core.OpWriteAt, wayWrite)
	defer c.free()
	args := (*core.WriteAtArgs)(unsafe.Pointer(&c.submission.Args))
	args.Data, args.Length, args.Offset = data, uint64(length), offset
	c.run(ctx)
	if err := c.err("write", ctx); err != nil {
		return 0, err
	}
	return len(b), nil
}

// writesHere takes a seat for a write on this goroutine, when nobody can want to cancel it.
func (f *File) writesHere(ctx context.Context) int {
	switch {
	case !f.unbuffered || ctx != nil && ctx.Done() != nil || f.deadlines[wayWrite].set.Load():
		return noSeat
	case f.direct:
		return enterAlone()
	}
	return enterBlocking()
}

package ayafileio

import (
	"io"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/ayafileio/ayafileio/core"
)

// File is an open file. Its methods may be called from any number of goroutines at once: each of them waits without
// holding a thread. A File that is never closed is closed when it is collected.
type File struct {
	handle uint64
	name   string
	// stream: a pipe, a terminal, a socket. appends: the system chooses where writes go.
	stream, appends bool
	// unbuffered files have no write buffer; direct ones bypass the page cache.
	unbuffered, direct bool

	warmth    warmth
	closed    atomic.Bool
	cleanup   runtime.Cleanup
	deadlines [ways]deadline

	// appending makes writes that append come one at a time, so that a long one stays in one piece.
	appending sync.Mutex

	// keep is what has to stay alive as long as the descriptor is used.
	keep any

	directory directory
}

var (
	_ io.ReadWriteSeeker = (*File)(nil)
	_ io.ReaderAt        = (*File)(nil)
	_ io.WriterAt        = (*File)(nil)
	_ io.ReadWriteCloser = (*File)(nil)
	_ io.ReaderFrom      = (*File)(nil)
	_ io.WriterTo        = (*File)(nil)
	_ io.StringWriter    = (*File)(nil)
	_ fs.ReadDirFile     = (*File)(nil)
)

// newFile makes a File of an open handle, which has been counted in already.
func newFile(handle uint64, name string, flags uint32, buffering int64) *File {
	f := &File{handle: handle, name: name, stream: core.IsStream(handle)}
	f.appends = flags&core.OpenAppend != 0 && !f.stream
	f.direct = flags&core.OpenDirect != 0
	f.unbuffered = !f.stream && (buffering == 0 || f.direct)
	f.cleanup = runtime.AddCleanup(f, dispose, handle)
	return f
}

// dispose closes a file that nobody refers to any more. Nothing of it is in flight: a call refers to its file.
func dispose(handle uint64) {
	core.Dispose(handle)
	theEngine.leave()
}

// Name is the name that was given to open the file.
func (f *File) Name() string { return f.name }

// Fd is the file's descriptor; ^uintptr(0) when the file is closed. It stays the file's own, and is valid only until
// the file is closed or collected.
func (f *File) Fd() uintptr {
	if f == nil {
		return ^uintptr(0)
	}
	fd, _, err := core.FileInfo(f.handle)
	if err != core.EOK || f.closed.Load() {
		return ^uintptr(0)
	}
	return uintptr(fd)
}

// Close closes the file. It waits for what is in flight on it; reads and writes of a pipe or a terminal, which may
// never end, are cancelled instead and fail with fs.ErrClosed. What takes longer than the setting CloseTimeoutMS is
// cancelled, too. The descriptor is released whatever the outcome. Closing again is an error.
func (f *File) Close() error {
	if f == nil {
		return fs.ErrInvalid
	}
	if !f.closed.CompareAndSwap(false, true) {
		return &fs.PathError{Op: "close", Path: f.name, Err: fs.ErrClosed}
	}
	f.cleanup.Stop()
	defer theEngine.leave()
	for w := range f.deadlines {
		f.deadlines[w].stop()
	}
	if f.stream {
		theEngine.each(func(s *shard) {
			s.giveUpFile(f, wayRead, causeClosed)
			s.giveUpFile(f, wayWrite, causeClosed)
		})
	}
	f.directory.close()
	if seat := enterBlocking(); seat != noSeat {
		err, native, tried := core.CloseBlocking(f.handle)
		leaveBlocking(seat)
		if tried {
			return pathError("close", f.name, err, native)
		}
	}
	c := f.begin(core.OpClose, wayNone)
	defer c.free()
	c.run(nil)
	return c.err("close", nil)
}

// valid finds the mistakes that every method has in common.
func (f *File) valid(op string) error {
	switch {
	case f == nil:
		return fs.ErrInvalid
	case f.closed.Load():
		return &fs.PathError{Op: op, Path: f.name, Err: fs.ErrClosed}
	}
	return nil
}

func (f *File) invalid(op string) error {
	return &fs.PathError{Op: op, Path: f.name, Err: syscall.EINVAL}
}

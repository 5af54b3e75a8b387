package ayafileio

import (
	"io/fs"
	"os"
	"syscall"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// WrapFile makes a File of an open file of package os: of os.Stdin, of a pipe, of a temporary file. The two share the
// descriptor. The File begins at the descriptor's offset, keeps a position of its own from then on, and does not move
// the descriptor's. Closing it does not close file, which must stay open until then and is kept alive. Directories are
// refused.
func WrapFile(file *os.File) (*File, error) {
	if file == nil {
		return nil, fs.ErrInvalid
	}
	descriptor, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var wrapped *File
	failed := descriptor.Control(func(fd uintptr) {
		wrapped, err = wrap(fd, file.Name(), WrapOptions{})
	})
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	wrapped.keep = file
	return wrapped, nil
}

// WrapOptions says more about a descriptor that becomes a File.
type WrapOptions struct {
	// Owned: the descriptor is closed with the File.
	Owned bool
	// Buffering is as in [OpenOptions].
	Buffering int
}

// WrapFD makes a File of an open descriptor. The name is for error messages. What is said of [WrapFile] holds here, too.
func WrapFD(fd uintptr, name string, o WrapOptions) (*File, error) { return wrap(fd, name, o) }

func wrap(fd uintptr, name string, o WrapOptions) (*File, error) {
	flags, native := core.AccessOf(int64(fd))
	if native != 0 {
		return nil, &fs.PathError{Op: "wrap", Path: name, Err: syscall.Errno(native)}
	}
	c := calls.Get().(*call)
	defer c.free()
	c.submission.Op = core.OpWrap
	args := core.WrapArgs{FD: int64(fd), Flags: flags, Buffering: int64(max(o.Buffering, -1)), Position: -1}
	if o.Owned {
		args.Flags |= core.WrapOwnsFD
	}
	*(*core.WrapArgs)(unsafe.Pointer(&c.submission.Args)) = args
	theEngine.enter()
	c.now() // wrap never waits
	if c.completion.Error != core.EOK {
		theEngine.leave()
		return nil, pathError("wrap", name, c.completion.Error, c.completion.Native)
	}
	return newFile(uint64(c.completion.Result), name, flags, args.Buffering), nil
}

package ayafileio

import (
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// OpenOptions says more about opening than the arguments of [OpenFile] can.
type OpenOptions struct {
	// Flag is as for [OpenFile].
	Flag int
	// Perm is for a file that is created, before the umask.
	Perm fs.FileMode
	// Direct bypasses the page cache (O_DIRECT). Reads may have any offset, length and memory; what is not aligned to
	// 4,096 bytes costs a copy. Writes need an aligned offset and length.
	Direct bool
	// Buffering is how many bytes of small writes are gathered before they are handed to the system: by [File.Flush],
	// [File.Sync], [File.Close], [File.Seek], a read, or a full buffer. 0 gathers none, as package os; less than 0
	// takes the setting BufferSize.
	Buffering int
}

// Open opens a file for reading.
func Open(name string) (*File, error) { return OpenFile(name, os.O_RDONLY, 0) }

// Create creates a file with the permissions 0666 less the umask, or cuts an existing one to zero bytes, and opens it
// for reading and writing.
func Create(name string) (*File, error) {
	return OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// OpenFile opens a file as os.OpenFile does: flag is os.O_RDONLY and so on, and on unix any other flag of open(2),
// syscall.O_DIRECT included.
func OpenFile(name string, flag int, perm fs.FileMode) (*File, error) {
	return OpenWith(name, OpenOptions{Flag: flag, Perm: perm})
}

// OpenWith opens a file with options that OpenFile does not have.
func OpenWith(name string, o OpenOptions) (*File, error) {
	flags, system, err := openFlags(o.Flag)
	if err == nil && strings.IndexByte(name, 0) >= 0 {
		err = syscall.EINVAL
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if o.Direct {
		flags |= core.OpenDirect
	}
	args := core.OpenArgs{
		Path:        unsafe.Pointer(unsafe.StringData(name)),
		PathLength:  uint64(len(name)),
		Flags:       flags,
		Mode:        systemMode(o.Perm),
		Buffering:   int64(max(o.Buffering, -1)),
		SystemFlags: system,
	}
	theEngine.enter()
	handle, failure, native := open(name, &args)
	if failure != core.EOK {
		theEngine.leave()
		return nil, pathError("open", name, failure, native)
	}
	f := newFile(handle, name, flags, args.Buffering)
	if f.appends {
		// Reading begins at the start, as with package os; the core puts it where the writes go.
		f.Seek(0, io.SeekStart)
	}
	return f, nil
}

func open(name string, args *core.OpenArgs) (handle uint64, err core.Error, native int32) {
	if seat := enterBlocking(); seat != noSeat {
		handle, err, native, tried := core.OpenBlocking(name, args)
		leaveBlocking(seat)
		if tried {
			return handle, err, native
		}
	}
	c := calls.Get().(*call)
	defer c.free()
	c.submission.Op = core.OpOpen
	*(*core.OpenArgs)(unsafe.Pointer(&c.submission.Args)) = *args
	if !c.now() {
		c.wait(nil)
	}
	runtime.KeepAlive(name)
	return uint64(c.completion.Result), c.completion.Error, c.completion.Native
}

// openFlags translates the flags of package os: those that every system knows, and the rest.
func openFlags(flag int) (flags, system uint32, err error) {
	switch flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR) {
	case os.O_RDONLY:
		flags = core.OpenRead
	case os.O_WRONLY:
		flags = core.OpenWrite
	case os.O_RDWR:
		flags = core.OpenRead | core.OpenWrite
	default:
		return 0, 0, syscall.EINVAL
	}
	for _, known := range [...]struct {
		native int
		flag   uint32
	}{
		{os.O_APPEND, core.OpenAppend},
		{os.O_CREATE, core.OpenCreate},
		{os.O_EXCL, core.OpenExclusive},
		{os.O_TRUNC, core.OpenTruncate},
		{directFlag, core.OpenDirect},
	} {
		if flag&known.native != 0 {
			flags |= known.flag
			flag &^= known.native
		}
	}
	flag &^= os.O_WRONLY | os.O_RDWR
	return flags | core.OpenDirectory, systemFlags(flag), nil
}

// systemMode puts the bits of a mode where the system has them.
func systemMode(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	if mode&fs.ModeSetuid != 0 {
		bits |= 0o4000
	}
	if mode&fs.ModeSetgid != 0 {
		bits |= 0o2000
	}
	if mode&fs.ModeSticky != 0 {
		bits |= 0o1000
	}
	return bits
}

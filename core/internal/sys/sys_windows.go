package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// TransferMax is the most that one transfer moves. ReadFile counts in 32 bits; the same bound serves all systems.
const TransferMax = 0x7ffff000

// systemFlagsTaken: CreateFile knows none of open(2)'s flags.
const systemFlagsTaken = 0xffffffff

// Open opens path (UTF-8, or WTF-8 for names that are not valid UTF-16). The handle is synchronous, shares everything,
// and is not inherited. Shared deletion lets other programs rename and delete the file as on unix.
func Open(path []byte, flags OpenFlags, mode uint32) (FD, Errno) {
	var access uint32
	if flags&OpenRead != 0 || flags&(OpenWrite|OpenAppend) == 0 {
		access |= windows.GENERIC_READ
	}
	switch {
	case flags&OpenAppend != 0:
		// Without FILE_WRITE_DATA the system itself puts every write at the end.
		access |= windows.FILE_APPEND_DATA | windows.FILE_WRITE_ATTRIBUTES | windows.SYNCHRONIZE
	case flags&OpenWrite != 0:
		access |= windows.GENERIC_WRITE
	}
	attributes := uint32(windows.FILE_ATTRIBUTE_NORMAL)
	var disposition uint32 = windows.OPEN_EXISTING
	switch {
	case flags&OpenCreate != 0 && flags&OpenExclusive != 0:
		disposition = windows.CREATE_NEW
	case flags&OpenCreate != 0 && flags&OpenTruncate != 0:
		disposition = windows.CREATE_ALWAYS
	case flags&OpenCreate != 0:
		disposition = windows.OPEN_ALWAYS
	case flags&OpenTruncate != 0:
		disposition = windows.TRUNCATE_EXISTING
	}
	if flags&OpenCreate != 0 && mode&0o200 == 0 {
		attributes = windows.FILE_ATTRIBUTE_READONLY
	}
	if flags&OpenDirect != 0 {
		attributes |= windows.FILE_FLAG_NO_BUFFERING
	}
	if flags&OpenDirectory != 0 {
		attributes |= windows.FILE_FLAG_BACKUP_SEMANTICS // without it no directory is opened
	}
	var room [windows.MAX_PATH + 1]uint16
	name, ok := appendUTF16(room[:0], path)
	if !ok {
		return InvalidFD, windows.ERROR_INVALID_NAME
	}
	handle, err := windows.CreateFile(&name[0], access,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, disposition, attributes, 0)
	if err != nil {
		errno := errnoOf(err)
		if errno == windows.ERROR_ACCESS_DENIED {
			// The system says the same of a directory as of a file that is not ours.
			if found, err := windows.GetFileAttributes(&name[0]); err == nil && found&windows.FILE_ATTRIBUTE_DIRECTORY != 0 {
				errno = EISDIR
			}
		}
		return InvalidFD, errno
	}
	return FD(handle), 0
}

func errnoOf(err error) Errno {
	if errno, ok := err.(syscall.Errno); ok && errno != 0 {
		return errno
	}
	if err != nil {
		return EIO
	}
	return 0
}

// OpenCached always answers "not known": this system cannot open without the chance of waiting.
func OpenCached(path unsafe.Pointer, flags OpenFlags, mode uint32) (FD, Errno) {
	return InvalidFD, EAGAIN
}

// Close releases the handle.
func Close(fd FD) Errno { return errnoOf(windows.CloseHandle(windows.Handle(fd))) }

// toEnd as an offset makes WriteFile append, atomically.
const toEnd = 0xFFFFFFFF

// Pread reads at offset, or at the stream's own position when offset is -1. A positional read on a synchronous handle
// also moves the handle's own position: nothing here relies on that. The end of file is a count of 0.
func Pread(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	buffer := unsafe.Slice((*byte)(data), min(length, TransferMax))
	var done uint32
	var err error
	if offset == -1 {
		err = windows.ReadFile(windows.Handle(fd), buffer, &done, nil)
	} else {
		place := windows.Overlapped{Offset: uint32(offset), OffsetHigh: uint32(offset >> 32)}
		err = windows.ReadFile(windows.Handle(fd), buffer, &done, &place)
	}
	switch errno := errnoOf(err); errno {
	case 0:
		return int64(done), 0
	case windows.ERROR_HANDLE_EOF, windows.ERROR_BROKEN_PIPE:
		return 0, 0
	default:
		return 0, errno
	}
}

// Pwrite writes at offset; -1 is the end of a file and the next byte of a stream.
func Pwrite(fd FD, data unsafe.Pointer, length, offset int64) (int64, Errno) {
	buffer := unsafe.Slice((*byte)(data), min(length, TransferMax))
	var done uint32
	place := windows.Overlapped{Offset: uint32(offset), OffsetHigh: uint32(offset >> 32)}
	if offset == -1 {
		place.Offset, place.OffsetHigh = toEnd, toEnd
	}
	if err := windows.WriteFile(windows.Handle(fd), buffer, &done, &place); err != nil {
		return 0, errnoOf(err)
	}
	return int64(done), 0
}

// ReadNowait always answers EAGAIN: this system has no read that is sure not to wait.
func ReadNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	return 0, EAGAIN
}

// WriteNowait always answers EAGAIN: this system has no write that is sure not to wait.
func WriteNowait(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	return 0, EAGAIN
}

// Fstat fills stat. Pipes, consoles and other character devices have no size and no identity.
func Fstat(fd FD, stat *Stat) Errno {
	handle := windows.Handle(fd)
	*stat = Stat{Kind: KindStream, Links: 1}
	kind, err := windows.GetFileType(handle)
	if err != nil {
		return errnoOf(err)
	}
	if kind != windows.FILE_TYPE_DISK {
		return 0
	}
	var native windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(handle, &native); err != nil {
		return errnoOf(err)
	}
	stat.Size = int64(native.FileSizeHigh)<<32 | int64(native.FileSizeLow)
	stat.Dev = uint64(native.VolumeSerialNumber)
	stat.Inode = uint64(native.FileIndexHigh)<<32 | uint64(native.FileIndexLow)
	stat.Links = uint64(native.NumberOfLinks)
	stat.Kind = KindRegular
	stat.Mode = 0o666
	if native.FileAttributes&windows.FILE_ATTRIBUTE_READONLY != 0 {
		stat.Mode = 0o444
	}
	if native.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0 {
		stat.Kind = KindDirectory
	}
	return 0
}

// FileTraits promises nothing: a handle does not tell cheaply whether its volume is local.
func FileTraits(fd FD, stat *Stat) Traits { return 0 }

// Fsync puts data and metadata on stable storage.
func Fsync(fd FD) Errno { return errnoOf(windows.FlushFileBuffers(windows.Handle(fd))) }

// Fdatasync does the same as Fsync: the lighter form (NtFlushBuffersFileEx) is not in every version.
func Fdatasync(fd FD) Errno { return Fsync(fd) }

// Ftruncate sets the size of the file. A handle opened to append may not do that itself (it lacks FILE_WRITE_DATA), so
// the file is opened once more through it.
func Ftruncate(fd FD, size int64) Errno {
	errno := setSize(windows.Handle(fd), size)
	if errno != windows.ERROR_ACCESS_DENIED {
		return errno
	}
	if flags, failed := Flags(fd); failed != 0 || flags&OpenAppend == 0 {
		return errno
	}
	share := uintptr(windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE)
	second, _, failure := syscall.SyscallN(procReOpenFile.Addr(), uintptr(fd), windows.GENERIC_WRITE, share, 0)
	if windows.Handle(second) == windows.InvalidHandle {
		return failure
	}
	defer windows.CloseHandle(windows.Handle(second))
	return setSize(windows.Handle(second), size)
}

var procReOpenFile = windows.NewLazySystemDLL("kernel32.dll").NewProc("ReOpenFile")

func setSize(handle windows.Handle, size int64) Errno {
	return errnoOf(windows.SetFileInformationByHandle(handle, windows.FileEndOfFileInfo,
		(*byte)(unsafe.Pointer(&size)), uint32(unsafe.Sizeof(size))))
}

// Isatty tells whether the handle is a console.
func Isatty(fd FD) bool {
	var mode uint32
	return windows.GetConsoleMode(windows.Handle(fd), &mode) == nil
}

// fileAccessInformation is the class of NtQueryInformationFile that tells the rights of a handle.
const fileAccessInformation = 8

// Flags tells how the handle was opened: OpenRead, OpenWrite and OpenAppend.
func Flags(fd FD) (OpenFlags, Errno) {
	var access uint32
	var status windows.IO_STATUS_BLOCK
	err := windows.NtQueryInformationFile(windows.Handle(fd), &status, (*byte)(unsafe.Pointer(&access)),
		uint32(unsafe.Sizeof(access)), fileAccessInformation)
	if err != nil {
		if native, ok := err.(windows.NTStatus); ok {
			return 0, native.Errno()
		}
		return 0, errnoOf(err)
	}
	var flags OpenFlags
	if access&windows.FILE_READ_DATA != 0 {
		flags |= OpenRead
	}
	switch {
	case access&windows.FILE_WRITE_DATA != 0:
		flags |= OpenWrite
	case access&windows.FILE_APPEND_DATA != 0:
		flags |= OpenWrite | OpenAppend
	}
	return flags, 0
}

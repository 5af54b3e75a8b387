package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

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
func Close(fd FD) Errno {
	// First, since the number may name another file as soon as the handle is closed.
	forget(fd)
	return errnoOf(windows.CloseHandle(windows.Handle(fd)))
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

// FileTraits asks the volume's driver whether it is behind a network. That is answered from memory, and so is the
// metadata of files on a volume that is not. Sizes tell the truth.
func FileTraits(fd FD, stat *Stat) Traits {
	if stat.Kind != KindRegular {
		return 0
	}
	const fileFsDeviceInformation, remoteDevice = 4, 0x10
	var device struct{ kind, characteristics uint32 }
	var status windows.IO_STATUS_BLOCK
	refused, _, _ := syscall.SyscallN(procNtQueryVolume.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&status)),
		uintptr(unsafe.Pointer(&device)), unsafe.Sizeof(device), fileFsDeviceInformation)
	if refused != 0 || device.characteristics&remoteDevice != 0 {
		return TraitSizeTrusted
	}
	return TraitSizeTrusted | TraitLocal
}

var procNtQueryVolume = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtQueryVolumeInformationFile")

// Fsync puts data and metadata on stable storage. The system refuses it to a handle that may not write; unix does not,
// since somebody else may have written. So it goes through a second handle there, unless this user may not write at all.
func Fsync(fd FD) Errno {
	errno := errnoOf(windows.FlushFileBuffers(windows.Handle(fd)))
	if errno != windows.ERROR_ACCESS_DENIED {
		return errno
	}
	writable, errno := reopen(fd, windows.GENERIC_WRITE, 0)
	if errno == windows.ERROR_ACCESS_DENIED || errno == windows.ERROR_SHARING_VIOLATION {
		return 0
	}
	if errno != 0 {
		return errno
	}
	defer windows.CloseHandle(writable)
	return errnoOf(windows.FlushFileBuffers(writable))
}

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
	second, errno := reopen(fd, windows.GENERIC_WRITE, 0)
	if errno != 0 {
		return errno
	}
	defer windows.CloseHandle(second)
	return setSize(second, size)
}

var procReOpenFile = kernel32.NewProc("ReOpenFile")

// reopen opens the same file once more with other rights, whatever its name is by now.
func reopen(fd FD, access, flags uint32) (windows.Handle, Errno) {
	second, _, errno := syscall.SyscallN(procReOpenFile.Addr(), uintptr(fd), uintptr(access), shareAll, uintptr(flags))
	if windows.Handle(second) == windows.InvalidHandle {
		return windows.InvalidHandle, errno
	}
	return windows.Handle(second), 0
}

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

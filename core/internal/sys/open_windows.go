package sys

import "golang.org/x/sys/windows"

// systemFlagsTaken: CreateFile knows none of open(2)'s flags.
const systemFlagsTaken = 0xffffffff

// SlowClose are flags of files whose close may take long: virus scanners look at what was written when it is closed.
const SlowClose = OpenWrite | OpenAppend

// shareAll lets every other handle read, write, rename and delete the file meanwhile, as on unix.
const shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE

// Open opens path (UTF-8, or WTF-8 for names that are not valid UTF-16). The handle is overlapped, so that a completion
// port may have it, shares everything, and is not inherited.
func Open(path []byte, flags OpenFlags, mode uint32) (FD, Errno) {
	var room [windows.MAX_PATH + 1]uint16
	name, errno := nativePath(room[:0], path)
	if errno != 0 {
		return InvalidFD, errno
	}
	attributes := uint32(windows.FILE_ATTRIBUTE_NORMAL)
	if flags&OpenCreate != 0 && mode&0o200 == 0 {
		attributes = windows.FILE_ATTRIBUTE_READONLY
	}
	attributes |= windows.FILE_FLAG_OVERLAPPED
	if flags&OpenDirect != 0 {
		attributes |= windows.FILE_FLAG_NO_BUFFERING
	}
	if flags&OpenDirectory != 0 {
		attributes |= windows.FILE_FLAG_BACKUP_SEMANTICS // without it no directory is opened
	}
	handle, err := windows.CreateFile(&name[0], accessOf(flags), shareAll, nil, dispositionOf(flags), attributes, 0)
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
	fd := FD(handle)
	if flags&OpenTruncate != 0 {
		if errno := empty(fd); errno != 0 {
			windows.CloseHandle(handle)
			return InvalidFD, errno
		}
	}
	if flags&OpenDirectory == 0 || !isDirectory(fd) {
		remember(fd, flags)
		return fd, 0
	}
	if flags&(OpenWrite|OpenAppend) != 0 {
		windows.CloseHandle(handle) // the system would let it be opened so
		return InvalidFD, EISDIR
	}
	return fd, 0
}

func accessOf(flags OpenFlags) uint32 {
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
	return access
}

func dispositionOf(flags OpenFlags) uint32 {
	switch {
	case flags&OpenCreate == 0:
		return windows.OPEN_EXISTING
	case flags&OpenExclusive != 0:
		return windows.CREATE_NEW
	}
	return windows.OPEN_ALWAYS
}

// empty cuts a file that is not. CREATE_ALWAYS and TRUNCATE_EXISTING would do it at opening, but they refuse hidden
// files and handles that append.
func empty(fd FD) Errno {
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 || stat.Kind != KindRegular || stat.Size == 0 {
		return errno
	}
	return Ftruncate(fd, 0)
}

func kindOf(fd FD) uint32 {
	kind, _ := windows.GetFileType(windows.Handle(fd))
	return kind
}

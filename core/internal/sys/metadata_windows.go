package sys

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Kinds of a file, as st_mode of POSIX says them.
const (
	modeRegular   = 0o100000
	modeDirectory = 0o040000
	modeCharacter = 0o020000
)

// MetadataOf asks for the metadata of a file. Other handles have a mode and nothing else.
func MetadataOf(fd FD, m *Metadata) Errno {
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 {
		return errno
	}
	*m = Metadata{Device: stat.Dev, Inode: stat.Inode, Links: stat.Links, Mode: stat.Mode | modeRegular, Size: stat.Size, BlockSize: 4096}
	switch stat.Kind {
	case KindStream:
		m.Mode = stat.Mode | modeCharacter
		return 0
	case KindDirectory:
		m.Mode = stat.Mode | modeDirectory
	}
	var basic fileBasicInfo
	if errno := basic.get(windows.Handle(fd)); errno != 0 {
		return errno
	}
	m.Accessed, m.Modified = timeOfTicks(basic.LastAccess), timeOfTicks(basic.LastWrite)
	m.Changed, m.Created = timeOfTicks(basic.Change), timeOfTicks(basic.Creation)
	m.Blocks = (m.Size + 511) / 512
	return 0
}

// MetadataNow leaves it to a worker: no call here is known not to wait.
func MetadataNow(fd FD, m *Metadata) Errno { return EAGAIN }

// fileBasicInfo is FILE_BASIC_INFO. A time is in ticks of 100 ns since 1601; 0 leaves it when setting.
type fileBasicInfo struct {
	Creation, LastAccess, LastWrite, Change int64
	Attributes                              uint32
	_                                       uint32
}

func (b *fileBasicInfo) get(handle windows.Handle) Errno {
	return errnoOf(windows.GetFileInformationByHandleEx(handle, windows.FileBasicInfo, (*byte)(unsafe.Pointer(b)), uint32(unsafe.Sizeof(*b))))
}

// set writes through the handle, or through a second one where this one may not change attributes.
func (b *fileBasicInfo) set(fd FD) Errno {
	write := func(handle windows.Handle) Errno {
		return errnoOf(windows.SetFileInformationByHandle(handle, windows.FileBasicInfo, (*byte)(unsafe.Pointer(b)), uint32(unsafe.Sizeof(*b))))
	}
	errno := write(windows.Handle(fd))
	if errno != windows.ERROR_ACCESS_DENIED {
		return errno
	}
	second, errno := reopen(fd, windows.FILE_WRITE_ATTRIBUTES, windows.FILE_FLAG_BACKUP_SEMANTICS)
	if errno != 0 {
		return errno
	}
	defer windows.CloseHandle(second)
	return write(second)
}

// Ticks of 100 ns: so many in a second, and from 1601 to 1970.
const (
	ticksPerSecond = 10_000_000
	ticksTo1970    = 116_444_736_000_000_000
)

func timeOfTicks(ticks int64) Time {
	ticks -= ticksTo1970
	seconds, rest := ticks/ticksPerSecond, ticks%ticksPerSecond
	if rest < 0 {
		seconds, rest = seconds-1, rest+ticksPerSecond
	}
	return Time{Seconds: seconds, Nanoseconds: uint32(rest * 100)}
}

func (t Time) ticks() int64 {
	return t.Seconds*ticksPerSecond + int64(t.Nanoseconds)/100 + ticksTo1970
}

// SetTimes sets when the file was last read and changed.
func SetTimes(fd FD, accessed, modified Time) Errno {
	basic := fileBasicInfo{LastAccess: accessed.ticks(), LastWrite: modified.ticks()}
	return basic.set(fd)
}

// Chmod sets the read-only attribute by the owner's write permission.
func Chmod(fd FD, mode uint32) Errno {
	var basic fileBasicInfo
	if errno := basic.get(windows.Handle(fd)); errno != 0 {
		return errno
	}
	attributes := basic.Attributes &^ windows.FILE_ATTRIBUTE_READONLY
	if mode&0o200 == 0 {
		attributes |= windows.FILE_ATTRIBUTE_READONLY
	}
	if attributes == 0 {
		attributes = windows.FILE_ATTRIBUTE_NORMAL // 0 would leave them
	}
	change := fileBasicInfo{Attributes: attributes}
	return change.set(fd)
}

// Chown does nothing: files here have no numbered owner.
func Chown(fd FD, uid, gid uint32) Errno { return 0 }

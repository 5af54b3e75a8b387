package backendtest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

const (
	eEXIST       = windows.ERROR_FILE_EXISTS
	eNOTDIR      = windows.ERROR_PATH_NOT_FOUND
	eNAMETOOLONG = windows.ERROR_INVALID_NAME
	eFAULT       = windows.ERROR_NOACCESS
	eNoName      = windows.ERROR_PATH_NOT_FOUND
	eNotWritable = windows.ERROR_ACCESS_DENIED

	eNotTruncatable = windows.ERROR_ACCESS_DENIED

	oddName  = "naïve 文"
	modeBits = 0 // only the right to write is known here
)

// appendsAtomically: Windows does, Wine 8 asks for the size and writes there then.
func appendsAtomically() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil
}

// onWine are the errors that Wine 8 reports otherwise than Windows does.
var onWine = map[string]sys.Errno{
	"open of a name that is too long":         windows.ERROR_FILE_NOT_FOUND,
	"truncation of a file opened for reading": windows.ERROR_INVALID_PARAMETER, // what ftruncate said, passed on
}

// longMemory: the system touches every page that is named, so the memory would have to be there, all 2 GiB of it.
// Package sys has a test of its own for what it makes of long lengths.
func longMemory(t testing.TB) unsafe.Pointer {
	t.Helper()
	t.Skip("2 GiB of memory would be touched")
	return nil
}

// systemErrors: there is no full device here, and pipes can be synced.
func systemErrors(testing.TB) []errorTest { return nil }

var pipes atomic.Int64

// pipe makes a named pipe, since only those can be overlapped. The reading end is opened as the core opens files.
func pipe(t testing.TB) (readable, writable sys.FD) {
	t.Helper()
	name := fmt.Sprintf(`\\.\pipe\ayafileio-%d-%d`, windows.GetCurrentProcessId(), pipes.Add(1))
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		t.Fatal(err)
	}
	const mode, room = windows.PIPE_TYPE_BYTE | windows.PIPE_READMODE_BYTE | windows.PIPE_WAIT, 1 << 16
	handle, err := windows.CreateNamedPipe(wide, windows.PIPE_ACCESS_OUTBOUND|windows.FILE_FLAG_OVERLAPPED, mode, 1, room, room, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { windows.CloseHandle(handle) })
	readable, errno := sys.Open(cPath(name), sys.OpenRead, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(func() { sys.Close(readable) })
	return readable, sys.FD(handle)
}

func fifo(t testing.TB, path string) {
	t.Helper()
	t.Skip("no FIFOs in the file system")
}

// pollReadable: no descriptor to watch on this system, so it is never asked.
func pollReadable(fd int, patience time.Duration) bool { return false }

// openDescriptors is not told: the runtime's own handles come and go.
func openDescriptors() int { return -1 }

func duplicate(t testing.TB, fd sys.FD) sys.FD {
	t.Helper()
	var twin windows.Handle
	self := windows.CurrentProcess()
	if err := windows.DuplicateHandle(self, windows.Handle(fd), self, &twin, 0, false, windows.DUPLICATE_SAME_ACCESS); err != nil {
		t.Fatal(err)
	}
	return sys.FD(twin)
}

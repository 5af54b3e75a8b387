package backendtest

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

const (
	eEXIST       = windows.ERROR_FILE_EXISTS
	eNOTDIR      = windows.ERROR_PATH_NOT_FOUND
	eNAMETOOLONG = windows.ERROR_INVALID_NAME
	eFAULT       = windows.ERROR_NOACCESS
)

func pipe(t testing.TB) (readable, writable sys.FD) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return sys.FD(r.Fd()), sys.FD(w.Fd())
}

func fifo(t testing.TB, path string) {
	t.Helper()
	t.Skip("no FIFOs in the file system")
}

// pollReadable: no descriptor to watch on this system, so it is never asked.
func pollReadable(fd int, patience time.Duration) bool { return false }

// openDescriptors is not told.
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

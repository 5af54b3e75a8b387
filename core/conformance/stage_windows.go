package conformance

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const system = "windows"

func init() {
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
		emulator = "wine"
	}
}

// OpenDescriptors cannot be told here.
func OpenDescriptors() int { return 0 }

// newPipe returns the handles of a pipe, which belong to the caller.
func newPipe() (in, out int, err error) {
	var ends [2]syscall.Handle
	err = syscall.Pipe(ends[:])
	return int(ends[0]), int(ends[1]), err
}

func makeFifo(string) error { return syscall.EWINDOWS }

func has(string) bool { return false }

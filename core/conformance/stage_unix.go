//go:build unix

package conformance

import (
	"os"
	"syscall"
)

// newPipe returns the descriptors of a pipe, which belong to the caller.
func newPipe() (in, out int, err error) {
	var ends [2]int
	err = syscall.Pipe(ends[:])
	return ends[0], ends[1], err
}

func makeFifo(path string) error { return syscall.Mkfifo(path, 0o666) }

func has(need string) bool {
	switch need {
	case "unprivileged":
		return os.Geteuid() != 0
	case "memory": // minutes under the race detector, so only where `go run ./ci conformance` asks
		return os.Getenv("AYAFILEIO_CONFORMANCE_LINES")+os.Getenv("AYAFILEIO_CONFORMANCE_CASES") != ""
	case "byte_names":
		return byteNames
	case "proc", "long_names", "full_device":
		return system == "linux"
	}
	return true
}

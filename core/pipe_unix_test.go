//go:build unix

package core

import (
	"syscall"
	"testing"
)

// pipeEnds returns the descriptors of a new pipe, which belong to the caller.
func pipeEnds(t testing.TB) (in, out int) {
	t.Helper()
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	return ends[0], ends[1]
}

func makeFifo(path string) error { return syscall.Mkfifo(path, 0o666) }

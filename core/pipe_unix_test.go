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

// socketPair returns the descriptors of a stream that goes both ways.
func socketPair(t testing.TB) [2]int {
	t.Helper()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	return ends
}

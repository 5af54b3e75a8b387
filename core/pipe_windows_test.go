package core

import (
	"syscall"
	"testing"
)

// pipeEnds returns the handles of a new pipe, which belong to the caller.
func pipeEnds(t testing.TB) (in, out int) {
	t.Helper()
	var ends [2]syscall.Handle
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	return int(ends[0]), int(ends[1])
}

func makeFifo(string) error { return syscall.EWINDOWS }

func socketPair(t testing.TB) [2]int {
	t.Helper()
	t.Skip("no stream here goes both ways without overlapped I/O")
	return [2]int{}
}

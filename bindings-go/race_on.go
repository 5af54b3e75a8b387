//go:build race

package ayafileio

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what the kernel does to memory; it is told.

const raceEnabled = true

func raceWritten(b []byte) {
	if len(b) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(&b[0]), len(b))
	}
}

func raceRead(b []byte) {
	if len(b) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&b[0]), len(b))
	}
}

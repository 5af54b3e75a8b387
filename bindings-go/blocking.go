package ayafileio

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Some system calls cannot be done without waiting where they are: a small write to a local file, an open, a close.
// Alone, they cost less on the calling goroutine than a hand-over to anybody else. But each takes a thread while it
// waits, so only so many do that at once; the others go through a queue, whose threads are bounded.
//
// Each has a seat, taken near to where its stack lies: so a goroutine has its own most of the time, and processors do not
// fight for one counter.
var blocking struct {
	seats [seatsMax + 1]seat
	limit uint32 // how many seats there are; set in init, a variable for the tests
}

const (
	seatsMax = 16
	// seatAlone is for an operation that takes a while, and is the only one.
	seatAlone = seatsMax
	noSeat    = -1
)

type seat struct {
	taken atomic.Bool
	_     [63]byte // a cache line of its own
}

func init() { blocking.limit = uint32(min(seatsMax, max(4, 2*runtime.GOMAXPROCS(0)))) }

// enterBlocking takes a seat, or says that there is noSeat; leaveBlocking gives it back.
func enterBlocking() int {
	var here byte
	limit := blocking.limit
	start := uint32(uintptr(unsafe.Pointer(&here))>>11) * 0x9E3779B1 >> 16
	for i := range limit {
		at := (start + i) % limit
		if s := &blocking.seats[at].taken; !s.Load() && s.CompareAndSwap(false, true) {
			return int(at)
		}
	}
	return noSeat
}

// enterAlone is enterBlocking for what takes a while: it is for the only operation of the process. Through a queue, that one
// would wait for the device and for two more threads to wake up.
func enterAlone() int {
	if theEngine.pending.Load() == 0 && blocking.limit > 0 && blocking.seats[seatAlone].taken.CompareAndSwap(false, true) {
		return seatAlone
	}
	return noSeat
}

func leaveBlocking(at int) { blocking.seats[at].taken.Store(false) }

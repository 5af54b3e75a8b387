package core

import (
	"runtime"
	"sync"
	"unsafe"
)

// spill holds what a read to the end brought beyond the caller's memory: the file grew, or its size was not known.
type spill struct {
	buffer []byte
	length int64
	pinner runtime.Pinner
}

const spillStart = 256 << 10

func newSpill() *spill { return &spill{buffer: make([]byte, spillStart)} }

func (s *spill) room() (unsafe.Pointer, int64) {
	if s.length == int64(len(s.buffer)) {
		grown := make([]byte, 2*len(s.buffer))
		copy(grown, s.buffer)
		s.buffer = grown
	}
	return unsafe.Pointer(&s.buffer[s.length]), int64(len(s.buffer)) - s.length
}

func (s *spill) grow(count int64) { s.length += count }

func (s *spill) bytes() []byte { return s.buffer[:s.length] }

// handed keeps spills alive that are in the caller's hands.
var handed struct {
	mu     sync.Mutex
	spills map[unsafe.Pointer]*spill
}

// hand gives the bytes to the caller, who returns them by Release.
func (s *spill) hand() unsafe.Pointer {
	p := unsafe.Pointer(&s.buffer[0])
	s.pinner.Pin(p)
	handed.mu.Lock()
	if handed.spills == nil {
		handed.spills = map[unsafe.Pointer]*spill{}
	}
	handed.spills[p] = s
	handed.mu.Unlock()
	return p
}

// Release gives the memory of a completion's spill back. Anything else is ignored.
func Release(p unsafe.Pointer) {
	handed.mu.Lock()
	s := handed.spills[p]
	delete(handed.spills, p)
	handed.mu.Unlock()
	if s != nil {
		s.pinner.Unpin()
	}
}

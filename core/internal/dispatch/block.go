//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// block is a Block of the C extension of that name, laid out by hand. There is one Go function behind all of them
// (callbacks are few, and never freed); word is what the block has captured, and tells them apart.
//
// libdispatch keeps the address of a global block and looks at its flags even after the last call. So the memory of a
// block is used again for the same purpose, and never freed.
type block struct {
	class      uintptr
	flags      int32
	_          int32
	invoke     uintptr
	descriptor *blockDescriptor
	word       uintptr
}

type blockDescriptor struct{ _, size uintptr }

// isGlobal is BLOCK_IS_GLOBAL: copying the block yields the block itself.
const isGlobal = 1 << 28

var descriptorOfBlocks = &blockDescriptor{size: unsafe.Sizeof(block{})}

func (b *block) init(l *library, invoke uintptr, kind, index int) {
	*b = block{class: l.globalBlock, flags: isGlobal, invoke: invoke, descriptor: descriptorOfBlocks,
		word: uintptr(index)<<1 | uintptr(kind)}
}

func (b *block) address() uintptr { return uintptr(unsafe.Pointer(b)) }

// Kinds of blocks, in the lowest bit of the word.
const (
	kindTransfer = iota // void (^)(bool done, dispatch_data_t data, int error)
	kindCleanup         // void (^)(int error)
)

// handle is called by libdispatch, on its threads. C fills only the part of a register that an argument's type needs;
// what the rest holds is chance.
func handle(b *block, first, data, third uintptr) {
	index := int(b.word >> 1)
	switch b.word & 1 {
	case kindTransfer:
		shared.transferred(index, first&0xff != 0, data, sys.Errno(uint32(third)))
	case kindCleanup:
		shared.cleanedUp(index)
	}
}

package core

import (
	"math/bits"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// O_DIRECT wants memory, offset and length aligned to the device's blocks. The memory of a bytes object or of a Node
// buffer is not, and a caller should be able to read any place. So a read that is not aligned goes through an aligned
// block that covers it; a write only when its offset and length are aligned, since the rest of a block is not ours to
// write. Aligned memory (a mapping) goes to the kernel as it is.

// directBlock is the largest block that block devices have today, and a page: how the library's own blocks are aligned.
const directBlock = 4096

// directAlignment is what the transfers of a direct file must be multiples of.
func directAlignment() int64 {
	return 1 << bits.Len64(uint64(option(optionDirectAlignment)-1))
}

func directAligned(data unsafe.Pointer, offset, length int64) bool {
	return (int64(uintptr(data))|offset|length)&(directAlignment()-1) == 0
}

// bounce is the aligned block of one transfer.
type bounce struct {
	block  []byte
	skip   int64 // bytes of the block in front of what was asked for
	data   unsafe.Pointer
	length int64
}

// bouncePool keeps a queue's blocks by size class (powers of two).
type bouncePool [24][][]byte

// bounceKept is how many blocks of one class a queue keeps.
const bounceKept = 64

func bounceClass(size int64) int { return bits.Len64(uint64(max(size, directBlock)-1) / directBlock) }

func (p *bouncePool) take(size int64) []byte {
	class := bounceClass(size)
	if class < len(p) {
		if n := len(p[class]); n > 0 {
			b := p[class][n-1]
			p[class] = p[class][:n-1]
			return b
		}
	}
	rounded := int64(directBlock) << class
	b := make([]byte, rounded)
	if uintptr(unsafe.Pointer(&b[0]))%directBlock != 0 {
		b = make([]byte, rounded+directBlock)
		skip := directBlock - uintptr(unsafe.Pointer(&b[0]))%directBlock
		b = b[skip : int64(skip)+rounded]
	}
	return b
}

func (p *bouncePool) give(b []byte) {
	class := bounceClass(int64(len(b)))
	if class < len(p) && len(p[class]) < bounceKept {
		p[class] = append(p[class], b)
	}
}

func (f *File) direct() bool { return f.flags&sys.OpenDirect != 0 && !f.stream() }

// bounceRead replaces the request's memory when the kernel would refuse it.
func (o *op) bounceRead() {
	r := &o.req
	if !o.file.direct() || directAligned(r.Data, r.Offset, r.Length) {
		return
	}
	length, mask := min(r.Length, sys.TransferMax-2*directBlock), directAlignment()-1
	start := r.Offset &^ mask
	end := (r.Offset + length + mask) &^ mask
	o.bounce = bounce{o.queue.bounces.take(end - start), r.Offset - start, r.Data, length}
	r.Data, r.Offset, r.Length = unsafe.Pointer(&o.bounce.block[0]), start, end-start
}

// unbounceRead copies what was asked for into the caller's memory and makes the result look as if it had been read
// there.
func (o *op) unbounceRead() {
	b := o.bounce
	if b.block == nil {
		return
	}
	o.bounce = bounce{}
	if o.req.Errno == 0 {
		count := max(0, min(o.req.Result-b.skip, b.length))
		copy(bytesAt(b.data, count), b.block[b.skip:b.skip+count])
		o.req.Result = count
	}
	o.queue.bounces.give(b.block)
}

func (o *op) bounceWrite() {
	r := &o.req
	if !o.file.direct() || directAligned(r.Data, 0, 0) || !directAligned(nil, max(r.Offset, 0), r.Length) {
		return
	}
	length := min(r.Length, sys.TransferMax&^(directBlock-1))
	o.bounce = bounce{block: o.queue.bounces.take(length)}
	copy(o.bounce.block, bytesAt(r.Data, length))
	r.Data, r.Length = unsafe.Pointer(&o.bounce.block[0]), length
}

func (o *op) unbounceWrite() {
	if o.bounce.block != nil {
		o.queue.bounces.give(o.bounce.block)
		o.bounce = bounce{}
	}
}

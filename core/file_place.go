package core

import "github.com/ayafileio/ayafileio/core/internal/sys"

// An operation reserves its place when it starts: the position moves behind it at once. When it brings less, it gives
// back what it did not use. If others have reserved places behind it by then, its own stays vacant, until all of those
// are given back, too: so the position is the same whatever the order in which operations are cancelled.

// span is a part of the file.
type span struct{ start, end int64 }

// vacantMax bounds the places that are remembered. Forgetting one only means that the position stays behind it.
const vacantMax = 256

// newEpoch forgets the places of those that started before. The caller holds the lock.
func (f *File) newEpoch() {
	f.epoch++
	f.writing, f.linesOut, f.vacant = false, 0, nil
}

// reading starts an epoch of reads if this one is of writes. The caller holds the lock.
func (f *File) reading() {
	if f.writing {
		f.newEpoch()
	}
}

// place reserves the operation's part of the file, which starts at offset. The caller holds the lock.
func (o *op) place(offset int64) {
	o.offset, o.epoch, o.placed = offset, o.file.epoch, true
}

// vacate gives back what is behind the first used bytes of an operation's place. The caller holds the file's lock.
func (o *op) vacate(used int64) {
	f := o.file
	if !o.placed || o.offset < 0 || o.epoch != f.epoch || used >= o.length {
		return
	}
	place := span{o.offset + used, o.offset + o.length}
	if f.position != place.end {
		if n := len(f.vacant); n > 0 && f.vacant[n-1].end == place.start {
			f.vacant[n-1].end = place.end
		} else if n < vacantMax {
			f.vacant = append(f.vacant, place)
		}
		return
	}
	f.position = place.start
	for i := len(f.vacant) - 1; i >= 0; i-- {
		if f.vacant[i].end == f.position {
			f.position = f.vacant[i].start
			f.vacant = append(f.vacant[:i], f.vacant[i+1:]...)
			i = len(f.vacant) // one that was looked at before may be in front of it
		}
	}
}

// unplace gives the whole place back, at the moment of a cancellation and not when the kernel confirms it: the next
// operation, which usually comes first, starts there. Not for a write that is in flight: it may still land.
func (o *op) unplace() {
	f := o.file
	if o.kind == OpReadLines {
		return // its place has no end yet
	}
	f.mu.Lock()
	o.vacate(0)
	o.placed = false
	f.mu.Unlock()
}

// positionUnknown: operations that read up to somewhere (the end of a line) are on their way, and nobody has set the
// position since. The caller holds the lock.
func (f *File) positionUnknown(o *op) bool { return f.linesOut > 0 && !f.stream() && !o.placed }

// endUnknown: the position is the end of the file, and appends are on their way there. The caller holds the lock.
func (f *File) endUnknown(o *op) bool {
	return f.atEnd && !o.placed && (f.pusher != nil || f.waiters.head != nil)
}

// resolvePosition finds out where an append has ended.
func (f *File) resolvePosition() {
	if !f.atEnd {
		return
	}
	var stat sys.Stat
	if sys.Fstat(f.fd, &stat) == 0 {
		f.position, _ = f.size(&stat)
	}
	f.atEnd = f.dirty.Load() || f.pusher != nil
}

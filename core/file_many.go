package core

import (
	"math"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// segmentsMax bounds one vectored operation; more is certainly a mistake in the count.
const segmentsMax = 1 << 20

func opReadMany(q *Queue, f *File, a *ReadManyArgs, s *Submission, c *Completion) Status {
	return f.many(q, a.Segments, a.Count, sys.OpenRead, startReadMany, s, c)
}

func opWriteMany(q *Queue, f *File, a *WriteManyArgs, s *Submission, c *Completion) Status {
	return f.many(q, a.Segments, a.Count, sys.OpenWrite, startWriteMany, s, c)
}

func (f *File) many(q *Queue, first *Segment, count uint64, direction sys.OpenFlags, start func(*op), s *Submission, c *Completion) Status {
	if count > segmentsMax {
		return refused(EINVAL)
	}
	segments := unsafe.Slice(first, count)
	for i := range segments {
		if segments[i].Length > lengthMax {
			return refused(EINVAL)
		}
		if status := f.checkPositional(direction, segments[i].Offset, max(segments[i].Length, 1), s, c); status != StatusPending {
			return status
		}
	}
	if count == 0 {
		return done(s, c, 0)
	}
	inlined := f.ready.Load() && !f.dirty.Load()
	var total int64
	for i := range segments {
		g := &segments[i]
		g.Result = segmentWaits
		if !inlined {
			continue
		}
		moved, ok := f.segmentInline(g, direction)
		if ok {
			g.Result = moved
			total += max(moved, 0)
		} else if q == nil {
			inlined = false
		}
	}
	if direction == sys.OpenWrite {
		f.mu.Lock()
		f.dropWindow()
		f.mu.Unlock()
	}
	if q == nil {
		for i := range segments {
			if segments[i].Result == segmentWaits {
				return StatusWouldWait
			}
		}
		return done(s, c, total)
	}
	o := q.newOp(s, f)
	o.data, o.length = unsafe.Pointer(first), int64(count)
	start(o)
	return pend(o, c)
}

// segmentWaits marks a segment that has not been transferred yet; no result looks like it.
const segmentWaits = math.MinInt64

func (f *File) segmentInline(g *Segment, direction sys.OpenFlags) (int64, bool) {
	if direction == sys.OpenRead {
		return f.tryRead(g.Data, int64(g.Length), g.Offset)
	}
	count, errno, started := f.writeMemory(g.Data, int64(g.Length), g.Offset)
	if errno != 0 {
		return -int64(errorOf(errno)), true
	}
	return count, started
}

func startReadMany(o *op)  { o.startMany(startReadMany, transferRead) }
func startWriteMany(o *op) { o.startMany(startWriteMany, transferWrite) }

// startMany gives every waiting segment an internal operation of its own.
func (o *op) startMany(again, transfer func(*op)) {
	if !o.awaitOpen(again) {
		return
	}
	f := o.file
	dirty, placeless := f.dirty.Load() && !o.turn, f.placeless()
	f.mu.Unlock()
	switch {
	case placeless:
		o.end(-1, ESPIPE, int32(sys.ESPIPE))
		return
	case dirty:
		o.pushThen(again)
		return
	}
	o.phase = phaseInFlight
	segments := unsafe.Slice((*Segment)(o.data), o.length)
	o.children = 1 // this loop's own, so that the operation does not end under it
	for i := range segments {
		g := &segments[i]
		if g.Result != segmentWaits {
			continue
		}
		if g.Length == 0 {
			g.Result = 0
			continue
		}
		f.refs.Add(1)
		child := o.queue.newOp(nil, f)
		child.parent, child.segment = o, g
		child.data, child.length, child.offset, child.epoch = g.Data, int64(g.Length), g.Offset, math.MaxUint64
		o.children++
		transfer(child)
	}
	o.segmentEnded()
}

// segmentDone records what became of one segment.
func (o *op) segmentDone(child *op) {
	child.segment.Result = child.result
	if child.err != EOK {
		child.segment.Result = -int64(child.err)
		// Each segment has its own outcome and the operation succeeds; only a cancellation is the whole's.
		if child.err == ECANCELED {
			o.err, o.native = child.err, child.native
		}
	}
	o.segmentEnded()
}

// segmentEnded ends the operation with its last segment.
func (o *op) segmentEnded() {
	o.children--
	if o.children > 0 {
		return
	}
	var total int64
	for _, g := range unsafe.Slice((*Segment)(o.data), o.length) {
		total += max(g.Result, 0)
	}
	o.end(total, o.err, o.native)
}

func (o *op) cancelSegments() {
	for _, child := range o.queue.ops {
		if child.parent == o {
			o.queue.cancel(child)
		}
	}
}

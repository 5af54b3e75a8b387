package core

import (
	"os"
	"strings"
	"testing"
	"unsafe"
)

// flight is one operation of a model with several in flight: what it may touch, and what has to come of it.
type flight struct {
	name      string
	from, to  int64 // the bytes of the file that it reads or writes, with the hole in front of them
	start     int64
	writes    bool
	position  bool // its place was taken at the position
	cancelled bool
	token     uint64
	old       []byte // a write's place before
	check     func(c Completion)
	memory    []any // kept until it has ended
}

// crew is a model whose operations are not waited for one by one.
type crew struct {
	*model
	flying map[uint64]*flight
	order  []*flight // since the last time that nothing was in flight
	next   uint64
	lines  bool // the position is where the lines will have ended
}

func (w *crew) start(f *flight, s *Submission) {
	w.t.Helper()
	w.next++
	f.start = max(f.start, f.from)
	s.UserData = w.next
	w.note("%d: %s [%d, %d)", w.next, f.name, f.from, f.to)
	w.order = append(w.order, f)
	if w.harness.start(s) {
		f.token = w.c.Token
		w.flying[w.next] = f
		return
	}
	f.check(w.c)
}

// reap takes what has ended.
func (w *crew) reap() {
	w.t.Helper()
	var out [7]Completion
	n := w.q.Reap(out[:])
	if n == len(out) {
		defer w.reap() // more may be finished
	}
	for _, c := range out[:n] {
		f := w.flying[c.UserData]
		if f == nil {
			w.fail("a completion of nothing that is in flight: %+v", c)
		}
		delete(w.flying, c.UserData)
		if f.cancelled && c.Error == ECANCELED {
			w.note("%d was cancelled", c.UserData)
			f.cancelledNow(w)
			continue
		}
		f.cancelled = false
		f.check(c)
	}
}

func (f *flight) cancelledNow(w *crew) {}

// land waits until nothing is in flight.
func (w *crew) land() {
	w.t.Helper()
	for i := 0; len(w.flying) > 0; i++ {
		if i > 100_000 {
			w.fail("%d operations never end", len(w.flying))
		}
		w.reap()
		if len(w.flying) > 0 {
			w.q.Wait(100_000_000)
		}
	}
	w.afterCancellations()
	w.order, w.lines = w.order[:0], false
}

// clear waits where what comes next would meet an operation in flight whose order to it is not promised.
func (w *crew) clear(from, to int64, writes bool) {
	w.t.Helper()
	for _, f := range w.order {
		if (f.writes || writes) && f.from < to && from < f.to {
			w.land()
			return
		}
	}
}

func (w *crew) startRead(at int64, n int, positional bool) {
	b := guarded(n)
	want := append([]byte(nil), w.slice(at, n)...)
	f := &flight{name: "read", from: at, to: at + int64(n), position: !positional, memory: []any{b}, check: func(c Completion) {
		w.unharmed(b)
		w.equal("a read in flight", b[:w.ok(c)], want)
	}}
	if positional {
		f.name = "read_at"
		w.start(f, submissionOf(OpReadAt, w.file, ReadAtArgs{Data: pointerTo(b), Length: uint64(n), Offset: at}))
		return
	}
	w.start(f, readSubmission(w.file, b, 0))
}

func (w *crew) startWrite(at int64, n int, positional bool) {
	b := w.bytes(n)
	f := &flight{name: "write", start: at, from: min(at, int64(len(w.data))), to: at + int64(n), writes: true, position: !positional, memory: []any{b}, check: func(c Completion) {
		if got := w.ok(c); got != int64(n) {
			w.fail("wrote %d of %d", got, n)
		}
	}}
	f.old = append([]byte(nil), w.slice(f.from, int(f.to-f.from))...)
	w.overwrite(b, at)
	if positional {
		f.name = "write_at"
		w.start(f, submissionOf(OpWriteAt, w.file, WriteAtArgs{Data: pointerTo(b), Length: uint64(n), Offset: at}))
		return
	}
	w.start(f, submissionOf(OpWrite, w.file, WriteArgs{Data: pointerTo(b), Length: uint64(n)}))
}

func (w *crew) startLine() {
	room := 1 + w.random.Intn(400)
	b := guarded(room)
	rest := append([]byte(nil), w.slice(w.at, room)...)
	for i, c := range rest {
		if c == '\n' {
			rest = rest[:i+1]
			break
		}
	}
	f := &flight{name: "line", from: w.at, to: w.at + int64(room), position: true, memory: []any{b}, check: func(c Completion) {
		w.unharmed(b)
		w.equal("a line in flight", b[:w.ok(c)], rest)
	}}
	w.lines = true
	w.at += int64(len(rest))
	w.start(f, submissionOf(OpReadLines, w.file, ReadLinesArgs{Data: pointerTo(b), Length: uint64(room), LinesMax: 1}))
}

func (w *crew) startMany(write bool) {
	segments, memory := w.segments()
	if len(segments) == 0 {
		return
	}
	from, to := segments[0].Offset, int64(0)
	for _, g := range segments {
		from, to = min(from, g.Offset), max(to, g.Offset+int64(g.Length))
	}
	if write {
		from = min(from, int64(len(w.data)))
	}
	w.clear(from, to, write)
	old := append([]byte(nil), w.slice(from, int(to-from))...)
	kind, want := OpReadMany, make([][]byte, len(segments))
	for i, g := range segments {
		if write {
			kind = OpWriteMany
			w.overwrite(memory[i], g.Offset)
		}
		want[i] = append([]byte(nil), w.slice(g.Offset, int(g.Length))...)
	}
	f := &flight{name: kind.String(), from: from, to: to, writes: write, old: old, memory: []any{segments, memory}, check: func(c Completion) {
		w.ok(c)
		for i, g := range segments {
			w.equal("a segment in flight", memory[i][:max(g.Result, 0)], want[i])
		}
	}}
	w.start(f, submissionOf(kind, w.file, ReadManyArgs{Segments: unsafe.SliceData(segments), Count: uint64(len(segments))}))
}

// take starts one operation without waiting for those before it.
func (w *crew) take() {
	n := w.size()
	if !w.append() && w.random.Intn(3) > 0 {
		n = min(n, 200)
	}
	end := int64(len(w.data))
	switch kind := w.random.Intn(16); {
	case kind < 4 && w.flags&OpenRead != 0:
		w.clear(w.at, w.at+int64(n), false)
		short := w.at+int64(n) > end
		at := w.at
		w.at += int64(len(w.slice(w.at, n)))
		w.startRead(at, n, false)
		if short {
			w.land() // the position is where the data ended, once that is known
		}
	case kind < 8 && w.flags&OpenWrite != 0:
		if n == 0 {
			return
		}
		if w.append() {
			w.at = end
		}
		w.clear(min(w.at, end), w.at+int64(n), true)
		at := w.at
		w.at += int64(n)
		w.startWrite(at, n, false)
	case kind == 8 && w.flags&OpenRead != 0:
		w.clear(w.at, w.at+400, false)
		w.startLine()
	case kind == 9:
		if w.random.Intn(4) == 0 {
			w.land()
			w.stepSeek()
			return
		}
		if w.lines {
			w.land() // what waits for the end of a line would go on from here
		}
		w.at = w.offset()
		w.note("seek %d", w.at)
		if w.ok(w.do(submissionOf(OpSeek, w.file, SeekArgs{Offset: w.at}))) != w.at {
			w.fail("seek went elsewhere")
		}
		for _, f := range w.order {
			f.position = false // nothing of before moves it any more
		}
		w.lines = false
	case kind == 10 && !w.lines && !w.append():
		w.stepTell()
	case kind == 11:
		w.start(&flight{name: "flush", check: func(c Completion) { w.ok(c) }}, &Submission{Op: Op(w.pick(int64(OpFlush), int64(OpDatasync))), File: w.file})
	case kind == 12 && w.flags&OpenRead != 0:
		at := w.offset()
		w.clear(at, at+int64(n), false)
		w.startRead(at, n, true)
	case kind == 13 && w.flags&OpenWrite != 0 && !w.append():
		at := w.offset()
		w.clear(min(at, end), at+int64(n), true)
		w.startWrite(at, n, true)
	case kind == 14 && w.flags&OpenRead != 0:
		w.startMany(w.flags&OpenWrite != 0 && !w.append() && w.random.Intn(2) == 0)
	case kind == 15:
		w.land()
		w.step()
	}
}

func (w *crew) append() bool { return w.flags&OpenAppend != 0 }

// Several operations in flight, each with its place: reads return consecutive slices, writes land in order, seek and
// read are one step, everything ends exactly once.
func TestModelInFlight(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		slots := slotsTaken()
		modelSeeds(t, 12, func(seed int64) { fly(h, dir, seed, slots, 0) })
	})
}

// The same, with operations cancelled at random.
func TestModelCancelled(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		slots := slotsTaken()
		modelSeeds(t, 12, func(seed int64) { fly(h, dir, seed, slots, 8) })
	})
}

// fly runs one sequence; one operation in cancelOne is cancelled (0: none).
func fly(h *harness, dir string, seed int64, slots, cancelOne int) {
	h.t.Helper()
	w := &crew{model: newModel(h, dir, seed), flying: map[uint64]*flight{}}
	for range 4 {
		w.open()
		for range w.random.Intn(60) {
			w.take()
			switch {
			case w.random.Intn(6) == 0:
				w.q.Flush()
			case w.random.Intn(6) == 0:
				w.reap()
			case w.random.Intn(25) == 0 || len(w.flying) > 20:
				w.land()
				w.stepTell()
			}
			if cancelOne > 0 && len(w.order) > 0 && w.random.Intn(cancelOne) == 0 {
				w.cancelSome()
			}
		}
		w.land()
		w.stepTell()
		w.end()
	}
	os.Remove(w.path)
	nothingLeft(w.t, w.q, slots)
}

// cancelSome cancels the newest operations in flight, in the order of their starts.
func (w *crew) cancelSome() {
	from := len(w.order) - 1 - w.random.Intn(min(4, len(w.order)))
	for i, f := range w.order {
		if f.name == "line" && i < len(w.order)-1 {
			return // a cancelled line moves what waits for its end, which the model does not follow
		}
	}
	for _, f := range w.order[from:] {
		for data, flying := range w.flying {
			if flying == f {
				w.note("cancel %d", data)
				f.cancelled = w.q.Cancel(f.token) == EOK
			}
		}
	}
	w.land()
}

// afterCancellations finds out what the cancelled operations have done: their bytes are as before or as asked for,
// everything else is untouched, and the position is where the data ended.
func (w *crew) afterCancellations() {
	cancelled := false
	for _, f := range w.order {
		cancelled = cancelled || f.cancelled
	}
	if !cancelled {
		return
	}
	w.ok(w.do(&Submission{Op: OpFlush, File: w.file}))
	at := w.ok(w.simple(OpTell, w.file))
	now := []byte(get(w.t, w.path))
	known := append([]byte(nil), w.data...)
	for i := range known {
		if i < len(now) && known[i] == now[i] {
			continue
		}
		fine := false
		for _, f := range w.order {
			if f.cancelled && f.writes && f.from <= int64(i) {
				// Not written: what was there before, or (behind the old end) a hole or nothing.
				place := int64(i) - f.from
				fine = fine || i >= len(now) || int64(i) < f.to && (place < int64(len(f.old)) && now[i] == f.old[place] || place >= int64(len(f.old)) && now[i] == 0)
			}
		}
		if !fine && !w.append() {
			w.fail("byte %d is neither what it was nor what was written", i)
		}
	}
	if len(now) > len(known) {
		w.fail("the file has %d bytes, %d at most were written", len(now), len(known))
	}
	w.checkPosition(at, now)
	w.note("position %d, %d bytes", at, len(now))
	w.data, w.at = now, at
}

// checkPosition: operations at the end of the order that were cancelled have given their places back.
func (w *crew) checkPosition(at int64, now []byte) {
	if w.append() || w.lines {
		return
	}
	want, first := w.at, (*flight)(nil)
	for i := len(w.order) - 1; i >= 0; i-- {
		f := w.order[i]
		if !f.position || f.start == f.to {
			continue
		}
		if first == nil {
			first = f
		}
		if f.to != want || f.writes != first.writes { // a write after a read, or the reverse, makes the place final
			break
		}
		written := f.writes && string(w.slice(f.start, int(f.to-f.start))) == string(now[min(f.start, int64(len(now))):min(f.to, int64(len(now)))])
		if f.cancelled && written && strings.HasSuffix(string(f.old), string(w.slice(f.start, int(f.to-f.start)))) {
			return // the same was there before: who can tell
		}
		if !f.cancelled || written {
			break
		}
		want = f.start
	}
	if at != want {
		w.fail("position %d after cancellations, the data ended at %d (model %d)", at, want, w.at)
	}
}

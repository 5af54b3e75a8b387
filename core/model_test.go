package core

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
	"unsafe"
)

// Random operations on a file, compared with bytes in memory and a position. Each sequence has a seed of its own, which
// a failure prints: AYAFILEIO_MODEL_SEED=n runs that one again. AYAFILEIO_MODEL_SEQUENCES raises their number.
const (
	modelSeedVariable      = "AYAFILEIO_MODEL_SEED"
	modelSequencesVariable = "AYAFILEIO_MODEL_SEQUENCES"
)

// modelSeeds calls run with one seed after the other.
func modelSeeds(t *testing.T, count int, run func(seed int64)) {
	if seed, err := strconv.ParseInt(os.Getenv(modelSeedVariable), 10, 64); err == nil {
		run(seed)
		return
	}
	if n, err := strconv.Atoi(os.Getenv(modelSequencesVariable)); err == nil {
		count = n
	}
	first := time.Now().UnixNano() % 1_000_000_000_000
	for i := range int64(count) {
		if run(first + i); t.Failed() {
			return
		}
	}
}

// model is what a file should be: its bytes, and one handle's position.
type model struct {
	*harness
	seed   int64
	random *rand.Rand
	path   string
	file   uint64
	flags  uint32
	data   []byte
	at     int64
	trace  []string // what was done, for the report of a failure
}

func newModel(h *harness, dir string, seed int64) *model {
	m := &model{harness: h, seed: seed, random: rand.New(rand.NewSource(seed)), path: filepath.Join(dir, fmt.Sprint("m", seed))}
	m.data = m.bytes(m.random.Intn(3000))
	put(m.t, m.path, string(m.data))
	return m
}

func (m *model) note(format string, args ...any) {
	m.trace = append(m.trace, fmt.Sprintf(format, args...))
}

func (m *model) fail(format string, args ...any) {
	m.t.Helper()
	for _, line := range m.trace[max(0, len(m.trace)-40):] {
		m.t.Log(line)
	}
	m.t.Fatalf("%s=%d: %s", modelSeedVariable, m.seed, fmt.Sprintf(format, args...))
}

func (m *model) pick(choices ...int64) int64 { return choices[m.random.Intn(len(choices))] }

// size is a length: mostly small, now and then larger than any buffer.
func (m *model) size() int {
	switch m.random.Intn(12) {
	case 0:
		return 0
	case 1:
		return m.random.Intn(70_000)
	case 2:
		return 1 + m.random.Intn(3000)
	}
	return 1 + m.random.Intn(40)
}

// bytes has a newline here and there.
func (m *model) bytes(n int) []byte {
	b := make([]byte, n)
	every := 1 + m.random.Intn(200)
	for i := range b {
		b[i] = byte('a' + m.random.Intn(26))
		if m.random.Intn(every) == 0 {
			b[i] = '\n'
		}
	}
	return b
}

func (m *model) offset() int64 { return m.random.Int63n(int64(len(m.data)) + 20) }

func (m *model) open() {
	m.flags = uint32(m.pick(int64(OpenRead), int64(OpenRead|OpenWrite), int64(OpenRead|OpenWrite), int64(OpenRead|OpenWrite|OpenCreate),
		int64(OpenWrite), int64(OpenRead|OpenWrite|OpenAppend), int64(OpenWrite|OpenAppend|OpenCreate), int64(OpenRead|OpenWrite|OpenTruncate|OpenCreate)))
	buffering := m.pick(-1, -1, 0, 1, 16, 300, 4096)
	m.note("open flags=%d buffering=%d, %d bytes", m.flags, buffering, len(m.data))
	m.file = m.harness.open(m.path, m.flags, buffering)
	m.at = 0
	if m.flags&OpenTruncate != 0 {
		m.data = nil
	}
	if m.flags&OpenAppend != 0 {
		m.at = int64(len(m.data))
	}
}

// overwrite puts b at offset, behind zeros where that is beyond the end.
func (m *model) overwrite(b []byte, offset int64) {
	if len(b) == 0 {
		return
	}
	if need := offset + int64(len(b)); need > int64(len(m.data)) {
		m.data = append(m.data, make([]byte, need-int64(len(m.data)))...)
	}
	copy(m.data[offset:], b)
}

// slice is what the file holds at offset.
func (m *model) slice(offset int64, n int) []byte {
	start := min(offset, int64(len(m.data)))
	return m.data[start:min(start+int64(n), int64(len(m.data)))]
}

func (m *model) refused(c Completion, direction uint32) bool {
	m.t.Helper()
	if m.flags&direction != 0 {
		return false
	}
	if c.Error != ENOTREADABLE && c.Error != ENOTWRITABLE {
		m.fail("error %v for the wrong direction", c.Error)
	}
	return true
}

func (m *model) ok(c Completion) int64 {
	m.t.Helper()
	if c.Error != EOK {
		m.fail("unexpected error %v (native %d)", c.Error, c.Native)
	}
	return c.Result
}

// guarded is memory for a read with bytes behind it that must stay as they are.
func guarded(n int) []byte { return append(make([]byte, n), "guard"...)[:n] }

func (m *model) unharmed(b []byte) {
	m.t.Helper()
	if string(b[:len(b)+5][len(b):]) != "guard" {
		m.fail("written behind the memory of a read")
	}
}

func (m *model) equal(what string, got, want []byte) {
	m.t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	m.fail("%s: %d bytes, want %d; they differ from byte %d on: %.40q, want %.40q", what, len(got), len(want), at, got[at:], want[at:])
}

func (m *model) stepRead() {
	n, flags := m.size(), uint32(m.pick(0, 0, 0, int64(ReadPartial), int64(ReadToEnd)))
	b := guarded(n)
	m.note("read %d flags=%d at %d", n, flags, m.at)
	c := m.do(readSubmission(m.file, b, flags))
	if m.refused(c, OpenRead) {
		return
	}
	count := m.ok(c)
	m.unharmed(b)
	got := b[:min(count, int64(n))]
	want := m.slice(m.at, n)
	switch {
	case flags&ReadToEnd != 0:
		want = m.slice(m.at, len(m.data))
		if count > int64(n) {
			got = append(got, unsafe.Slice((*byte)(c.Spill), count-int64(n))...)
		}
		Release(c.Spill)
	case flags&ReadPartial != 0 && len(want) > 0:
		if len(got) == 0 {
			m.fail("nothing read before the end")
		}
		want = want[:min(len(got), len(want))]
	}
	m.equal("read", got, want)
	m.at += int64(len(got))
}

func (m *model) stepWrite() {
	b := m.bytes(m.size())
	m.note("write %d at %d", len(b), m.at)
	c := m.do(submissionOf(OpWrite, m.file, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))}))
	if m.refused(c, OpenWrite) {
		return
	}
	if n := m.ok(c); n != int64(len(b)) {
		m.fail("wrote %d of %d", n, len(b))
	}
	m.wrote(b)
	for i := range b {
		b[i] = '!' // the caller's memory is the caller's again
	}
}

func (m *model) wrote(b []byte) {
	if m.flags&OpenAppend != 0 && len(b) > 0 {
		m.at = int64(len(m.data))
	}
	m.overwrite(b, m.at)
	m.at += int64(len(b))
}

func (m *model) stepLines() {
	room, most := max(1, m.size()), uint64(m.pick(0, 1, 1, 2, 5))
	b := guarded(room)
	m.note("read_lines room=%d max=%d at %d", room, most, m.at)
	c := m.do(submissionOf(OpReadLines, m.file, ReadLinesArgs{Data: pointerTo(b), Length: uint64(room), LinesMax: most}))
	if m.refused(c, OpenRead) {
		return
	}
	got := b[:m.ok(c)]
	m.unharmed(b)
	m.checkLines(got, m.slice(m.at, len(m.data)), room, most)
	m.at += int64(len(got))
}

func (m *model) checkLines(got, rest []byte, room int, most uint64) {
	m.t.Helper()
	m.equal("read_lines", got, rest[:min(len(got), len(rest))])
	lines := uint64(bytes.Count(got, []byte{'\n'}))
	whole := len(got) > 0 && got[len(got)-1] == '\n'
	switch {
	case len(got) == 0 && len(rest) > 0:
		m.fail("no lines before the end")
	case most > 0 && lines > most:
		m.fail("%d lines, %d were asked for", lines, most)
	case !whole && (lines > 0 || len(got) < min(room, len(rest))):
		m.fail("%d bytes with %d lines end in the middle of one; room for %d, %d are left", len(got), lines, room, len(rest))
	}
}

func (m *model) stepSeek() {
	whence := uint32(m.random.Intn(3))
	base := [...]int64{0, m.at, int64(len(m.data))}[whence]
	offset := m.offset() - base
	if m.random.Intn(10) == 0 {
		offset = -base - 1 - m.random.Int63n(5)
	}
	m.note("seek %d whence=%d at %d", offset, whence, m.at)
	c := m.do(submissionOf(OpSeek, m.file, SeekArgs{Offset: offset, Whence: whence}))
	if base+offset < 0 {
		m.expect(c, EINVAL)
		return
	}
	if got := m.ok(c); got != base+offset {
		m.fail("seek went to %d, want %d", got, base+offset)
	}
	m.at = base + offset
}

func (m *model) stepTruncate() {
	size := m.pick(-1, m.offset(), m.offset(), 0)
	m.note("truncate %d at %d", size, m.at)
	c := m.do(submissionOf(OpTruncate, m.file, TruncateArgs{Size: size}))
	if m.refused(c, OpenWrite) {
		return
	}
	if size < 0 {
		size = m.at
	}
	if got := m.ok(c); got != size {
		m.fail("truncated to %d, want %d", got, size)
	}
	m.truncated(size)
}

func (m *model) truncated(size int64) {
	if size <= int64(len(m.data)) {
		m.data = m.data[:size]
	} else {
		m.data = append(m.data, make([]byte, size-int64(len(m.data)))...)
	}
}

func (m *model) stepPush() {
	kind := Op(m.pick(int64(OpFlush), int64(OpFlush), int64(OpDatasync)))
	m.note("%v", kind)
	m.ok(m.simple(kind, m.file))
	m.compare()
}

func (m *model) compare() {
	m.t.Helper()
	m.equal("the file", []byte(get(m.t, m.path)), m.data)
}

func (m *model) stepReadAt() {
	n, offset := m.size(), m.offset()
	b := guarded(n)
	m.note("read_at %d at %d", n, offset)
	c := m.do(submissionOf(OpReadAt, m.file, ReadAtArgs{Data: pointerTo(b), Length: uint64(n), Offset: offset}))
	if m.refused(c, OpenRead) {
		return
	}
	m.unharmed(b)
	m.equal("read_at", b[:m.ok(c)], m.slice(offset, n))
}

func (m *model) stepWriteAt() {
	b, offset := m.bytes(m.size()), m.offset()
	m.note("write_at %d at %d", len(b), offset)
	c := m.do(submissionOf(OpWriteAt, m.file, WriteAtArgs{Data: pointerTo(b), Length: uint64(len(b)), Offset: offset}))
	if m.refused(c, OpenWrite) {
		return
	}
	if m.flags&OpenAppend != 0 {
		m.expect(c, EINVAL)
		return
	}
	m.ok(c)
	m.overwrite(b, offset)
}

// segments are parts of the file that do not overlap.
func (m *model) segments() (segments []Segment, memory [][]byte) {
	at := m.offset()
	for range m.random.Intn(5) {
		b := m.bytes(m.size())
		segments = append(segments, Segment{Offset: at, Data: pointerTo(b), Length: uint64(len(b))})
		memory = append(memory, b)
		at += int64(len(b)) + m.random.Int63n(30)
	}
	m.random.Shuffle(len(segments), func(i, j int) {
		segments[i], segments[j] = segments[j], segments[i]
		memory[i], memory[j] = memory[j], memory[i]
	})
	return segments, memory
}

func (m *model) stepMany() {
	segments, memory := m.segments()
	write := m.random.Intn(2) == 0
	m.note("many of %d, write=%v", len(segments), write)
	if write {
		c := m.do(submissionOf(OpWriteMany, m.file, WriteManyArgs{Segments: unsafe.SliceData(segments), Count: uint64(len(segments))}))
		switch {
		case len(segments) == 0:
			m.ok(c)
			return
		case m.refused(c, OpenWrite):
			return
		case m.flags&OpenAppend != 0:
			m.expect(c, EINVAL)
			return
		}
		m.ok(c)
		for i, g := range segments {
			if g.Result != int64(g.Length) {
				m.fail("segment %d: %d of %d", i, g.Result, g.Length)
			}
			m.overwrite(memory[i], g.Offset)
		}
		return
	}
	c := m.do(submissionOf(OpReadMany, m.file, ReadManyArgs{Segments: unsafe.SliceData(segments), Count: uint64(len(segments))}))
	if len(segments) > 0 && m.refused(c, OpenRead) {
		return
	}
	total := int64(0)
	for i, g := range segments {
		m.equal("read_many", memory[i][:max(0, g.Result)], m.slice(g.Offset, int(g.Length)))
		total += g.Result
	}
	if got := m.ok(c); got != total {
		m.fail("read_many: %d in all, the segments have %d", got, total)
	}
}

func (m *model) stepTell() {
	m.note("tell, want %d", m.at)
	if got := m.ok(m.simple(OpTell, m.file)); got != m.at {
		m.fail("position %d, want %d", got, m.at)
	}
}

func (m *model) stepSizeHint() {
	want := max(0, int64(len(m.data))-m.at) + 1
	m.note("size_hint, want %d", want)
	if got := m.ok(m.simple(OpSizeHint, m.file)); got != want {
		m.fail("size hint %d, want %d", got, want)
	}
}

// end closes the file, or leaves it to be disposed of, and looks at what is on the disk then.
func (m *model) end() {
	m.t.Helper()
	if m.random.Intn(6) == 0 {
		m.note("dispose")
		Dispose(m.file)
		m.settle() // a push that a seek started
		disposals.Wait()
	} else {
		m.note("close")
		m.ok(m.simple(OpClose, m.file))
	}
	m.compare()
}

// settle runs the queue until nothing is out any more.
func (m *model) settle() {
	m.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); m.q.live > 0; m.q.Wait(time.Millisecond) {
		if m.q.Flush(); time.Now().After(deadline) {
			m.fail("%d operations never come back", m.q.live)
		}
	}
}

// step does one random operation.
func (m *model) step() {
	steps := [...]func(){
		m.stepRead, m.stepRead, m.stepRead, m.stepWrite, m.stepWrite, m.stepWrite, m.stepWrite, m.stepLines, m.stepLines,
		m.stepSeek, m.stepSeek, m.stepTell, m.stepTruncate, m.stepPush, m.stepReadAt, m.stepWriteAt, m.stepMany, m.stepSizeHint,
	}
	steps[m.random.Intn(len(steps))]()
}

// slotsTaken counts the files that are not free.
func slotsTaken() int {
	files.mu.Lock()
	defer files.mu.Unlock()
	return len(files.all()) - len(files.free)
}

// nothingLeft: every operation and every slot has come back.
func nothingLeft(t testing.TB, q *Queue, slots int) {
	t.Helper()
	if q.live != 0 {
		t.Fatalf("%d operations are still out", q.live)
	}
	if now := slotsTaken(); now != slots {
		t.Fatalf("%d slots of files are taken, %d before", now, slots)
	}
	handed.mu.Lock()
	defer handed.mu.Unlock()
	if len(handed.spills) != 0 {
		t.Fatalf("%d spills are still out", len(handed.spills))
	}
}

// One operation after the other: every result is what the model says.
func TestModel(t *testing.T) {
	places(t, func(t *testing.T, h *harness, dir string) {
		before, slots := 0, slotsTaken()
		modelSeeds(t, 12, func(seed int64) {
			m := newModel(h, dir, seed)
			for range 4 {
				m.open()
				for range m.random.Intn(40) {
					m.step()
				}
				m.end()
			}
			os.Remove(m.path)
			nothingLeft(t, h.q, slots)
			if now := openDescriptors(); before == 0 {
				before = now // with what the Go runtime opens for itself
			} else if now != before {
				t.Errorf("%d descriptors, %d before", now, before)
			}
		})
	})
}

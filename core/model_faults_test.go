//go:build ayatest

package core

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"testing"
	"time"

	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

// faults are rules that a file has to survive: what was accepted is neither lost nor doubled, the position is where the
// data ended, and the file stays usable.
var faults = []string{
	"(short 3)",
	"(short 1 (Percent 40)) (eintr (Percent 20)) (delay 2 (Percent 20))",
	"(again (Op write) (Percent 20)) (eintr (Percent 30))",
	"(io (Op write) (Percent 25))",
	"(enospc (Op write) (Percent 25)) (short 5 (Op write) (Percent 30)) (delay 1 (Percent 30))",
	"(io (Op write) (Every 3)) (short 7 (Op write)) (io (Op read) (Percent 20)) (short 2 (Op read) (Percent 30))",
}

// faulty opens a queue of the fake backend with rules; the plain one is for looking at the result.
func faulty(t *testing.T, rules string, seed int64) *harness {
	t.Helper()
	t.Setenv(backendVariable, "fake")
	t.Setenv(fakeRulesVariable, rules)
	t.Setenv(fakeSeedVariable, fmt.Sprint(seed))
	return newHarness(t)
}

// One operation at a time, with faults. After each one the position says how much of it has happened.
func TestModelWithFaults(t *testing.T) {
	for i, rules := range faults {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			dir, slots := backendtest.TempDir(t), slotsTaken()
			bad := faulty(t, rules, int64(i+1))
			good := faulty(t, "", 0)
			modelSeeds(t, 30, func(seed int64) {
				m := newModel(bad, dir, seed)
				m.note("rules %s", rules)
				for range 2 {
					m.harness = good
					m.open()
					for range m.random.Intn(40) {
						m.harness = bad
						m.stepFaulty()
					}
					m.settle() // a push that a seek started
					m.harness = good
					m.at = m.ok(m.simple(OpTell, m.file))
					m.ok(m.simple(OpFlush, m.file))
					m.compare()
					m.ok(m.simple(OpClose, m.file))
					m.compare()
				}
				os.Remove(m.path)
				nothingLeft(t, bad.q, slots)
				nothingLeft(t, good.q, slots)
			})
		})
	}
}

// stepFaulty does one operation that may fail, and follows what became of it.
func (m *model) stepFaulty() {
	switch kind := m.random.Intn(10); {
	case kind < 4 && m.flags&OpenWrite != 0:
		b := m.bytes(1 + m.random.Intn(60))
		before := m.at
		m.note("write %d at %d", len(b), before)
		c := m.do(submissionOf(OpWrite, m.file, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))}))
		if c.Error == EOK {
			m.wrote(b)
			return
		}
		if m.flags&OpenAppend != 0 {
			// What a failed append has written shows in the file only: the rest of the bytes is not there.
			m.followAppend(b)
			return
		}
		m.at = m.ok(m.simple(OpTell, m.file))
		m.note("%v, position %d", c.Error, m.at)
		if m.at < before || m.at > before+int64(len(b)) {
			m.fail("a failed write moved the position from %d to %d", before, m.at)
		}
		m.overwrite(b[:m.at-before], before)
	case kind < 6 && m.flags&OpenRead != 0:
		b := guarded(1 + m.random.Intn(60))
		m.note("read %d at %d", len(b), m.at)
		c := m.do(readSubmission(m.file, b, 0))
		if c.Error == EOK {
			m.equal("read", b[:c.Result], m.slice(m.at, int(c.Result)))
			m.at += c.Result
		}
		m.unharmed(b)
		m.stepTellLoose()
	case kind == 6 && m.flags&OpenRead != 0:
		b := guarded(1 + m.random.Intn(60))
		m.note("read_lines %d at %d", len(b), m.at)
		c := m.do(submissionOf(OpReadLines, m.file, ReadLinesArgs{Data: pointerTo(b), Length: uint64(len(b))}))
		if c.Error == EOK {
			m.equal("lines", b[:c.Result], m.slice(m.at, int(c.Result)))
			m.at += c.Result
		}
		m.stepTellLoose()
	case kind == 7:
		m.at = m.offset()
		m.note("seek %d", m.at)
		m.ok(m.do(submissionOf(OpSeek, m.file, SeekArgs{Offset: m.at})))
	case kind == 8:
		m.note("flush: %v", m.simple(OpFlush, m.file).Error)
	case kind == 9:
		m.stepTellLoose()
	}
}

func (m *model) stepTellLoose() {
	if m.flags&OpenAppend == 0 {
		m.stepTell()
		return
	}
	m.at = m.ok(m.simple(OpTell, m.file))
}

// followAppend pushes everything by a queue without faults and looks how much of the failed block is in the file.
func (m *model) followAppend(b []byte) {
	m.t.Helper()
	bad := m.harness
	defer func() { m.harness = bad }()
	m.settle()
	good, err := plainQueue(m.t)
	if err != EOK {
		m.fail("%v", err)
	}
	defer good.Close()
	m.harness = &harness{t: m.t, q: good}
	m.ok(m.simple(OpFlush, m.file))
	now := []byte(get(m.t, m.path))
	extra := len(now) - len(m.data)
	if extra < 0 || extra > len(b) {
		m.fail("%d bytes after a failed append of %d to %d", len(now), len(b), len(m.data))
	}
	m.data = append(m.data, b[:extra]...)
	m.compare()
	m.at = int64(len(m.data))
}

// plainQueue opens a queue of the fake backend that does what it is told.
func plainQueue(t testing.TB) (*Queue, Error) {
	rules := os.Getenv(fakeRulesVariable)
	os.Setenv(fakeRulesVariable, "")
	defer os.Setenv(fakeRulesVariable, rules)
	return OpenQueue()
}

// Several writes in flight, some of which fail, some of which are cancelled: what was accepted is in the file exactly
// once and in order, and of the others no more than a beginning.
func TestModelWritesInFlightWithFaults(t *testing.T) {
	for i, rules := range faults {
		for _, flags := range []uint32{flagsCreate, flagsAppend} {
			t.Run(fmt.Sprint(i, flags), func(t *testing.T) {
				dir, slots := backendtest.TempDir(t), slotsTaken()
				bad := faulty(t, rules, int64(i+1))
				good := faulty(t, "", 0)
				modelSeeds(t, 30, func(seed int64) {
					m := &model{harness: bad, seed: seed, random: rand.New(rand.NewSource(seed)), path: dir + "/w"}
					m.note("rules %s", rules)
					m.file = good.open(m.path, flags, m.pick(-1, 0, 1, 16, 300))
					accepted := m.writeBlocks()
					m.settle()
					m.harness = good
					m.ok(m.simple(OpClose, m.file))
					m.checkBlocks(accepted, get(m.t, m.path), flags)
					os.Remove(m.path)
					nothingLeft(t, bad.q, slots)
				})
			})
		}
	}
}

const blockCount = 60

// writeBlocks writes blocks of one letter each, and tells which were accepted, and their lengths.
func (m *model) writeBlocks() (accepted [blockCount]bool) {
	started, left := map[uint64]uint64{}, 0
	var out [8]Completion
	took := func(c Completion) {
		if i := c.UserData - 1; i < blockCount {
			m.note("block %d: %v", i, c.Error)
			accepted[i] = c.Error == EOK
		}
	}
	for i := range accepted {
		b := bytes.Repeat([]byte{byte('0' + i)}, m.blockSize(i))
		s := submissionOf(OpWrite, m.file, WriteArgs{Data: pointerTo(b), Length: uint64(len(b))})
		s.UserData = uint64(i + 1)
		m.note("block %d of %d", i, len(b))
		if m.start(s) {
			left++
			started[s.UserData] = m.c.Token
		} else {
			took(m.c)
		}
		switch m.random.Intn(8) {
		case 0:
			for _, c := range out[:m.q.Reap(out[:])] {
				left--
				took(c)
			}
		case 1:
			if token := started[uint64(i+1)]; token != 0 {
				m.note("cancel %d", i)
				m.q.Cancel(token)
			}
		case 2:
			s := &Submission{Op: OpFlush, File: m.file, UserData: blockCount + 1}
			if m.start(s) {
				left++
			}
		}
	}
	for deadline := time.Now().Add(2 * time.Second); left > 0; {
		if time.Now().After(deadline) {
			m.fail("%d operations never end", left)
		}
		n := m.q.Reap(out[:])
		for _, c := range out[:n] {
			left--
			took(c)
		}
		if n < len(out) && left > 0 {
			m.q.Wait(time.Second)
		}
	}
	return accepted
}

// blockSize depends on the seed and the block alone.
func (m *model) blockSize(i int) int { return 1 + int((m.seed+int64(i)*7919)%41) }

func (m *model) checkBlocks(accepted [blockCount]bool, text string, flags uint32) {
	m.t.Helper()
	at := 0
	for i, ok := range accepted {
		start := at
		for at < len(text) && text[at] == 0 {
			at++ // what a failed write in the middle has not written
		}
		if at > start && flags&OpenAppend != 0 {
			m.fail("a hole at %d", start)
		}
		start = at
		for at < len(text) && text[at] == byte('0'+i) {
			at++
		}
		if got, size := at-start, m.blockSize(i); ok && got != size || got > size {
			m.fail("block %d: %d bytes of %d in the file, accepted=%v; then %.20q", i, got, size, ok, text[at:])
		}
	}
	if at != len(text) {
		m.fail("%.40q is behind the last block", text[at:])
	}
}

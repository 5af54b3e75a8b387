package ayafileio

import (
	"math/rand/v2"
	"sync/atomic"
)

// warmth is what a file's last reads tell about the next one. Asking for what is in the page cache without waiting costs
// the kernel a tenth more than asking plainly; so where many reads in a row were answered from there, the next ones ask
// plainly, which may block, as writes do (see blocking). Now and then one asks without waiting, to see if it is still
// so.
type warmth struct{ hits atomic.Int32 }

const (
	warmAfter  = 16
	probeEvery = 64 // a power of two
)

// mayWait takes a seat for a read that asks plainly.
func (w *warmth) mayWait() int {
	if w.hits.Load() < warmAfter || rand.Uint32()%probeEvery == 0 {
		return noSeat
	}
	return enterBlocking()
}

// learn notes how an attempt without waiting went. Only reads that nobody can want to cancel get as far as warmAfter.
func (f *File) learn(hit bool) {
	hits := &f.warmth.hits
	if !hit || !f.unbuffered || f.direct || f.deadlines[wayRead].set.Load() {
		if hits.Load() != 0 {
			hits.Store(0)
		}
	} else if hits.Load() < warmAfter {
		hits.Add(1)
	}
}

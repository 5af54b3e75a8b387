package ayafileio

import (
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// deadline is a point in time after which operations of one way fail.
type deadline struct {
	passed atomic.Bool
	set    atomic.Bool // there is one, passed or not

	mu    sync.Mutex
	timer *time.Timer
	count int // how often it was set; a timer of an earlier time does nothing
}

// SetDeadline sets the read and the write deadline. Operations in flight then are cancelled, as those of a context are;
// they and later ones fail with os.ErrDeadlineExceeded, until another deadline is set. The zero time takes it away.
// Unlike package os, it works for every kind of file; but what the system cannot take back (a write to a regular file
// that has begun) is waited for.
func (f *File) SetDeadline(t time.Time) error { return f.setDeadline(t, wayRead, wayWrite) }

// SetReadDeadline sets the deadline for reads, see [File.SetDeadline].
func (f *File) SetReadDeadline(t time.Time) error { return f.setDeadline(t, wayRead) }

// SetWriteDeadline sets the deadline for writes, see [File.SetDeadline].
func (f *File) SetWriteDeadline(t time.Time) error { return f.setDeadline(t, wayWrite) }

func (f *File) setDeadline(t time.Time, of ...way) error {
	if f == nil {
		return fs.ErrInvalid
	}
	if f.closed.Load() {
		return &fs.PathError{Op: "set deadline", Path: f.name, Err: fs.ErrClosed}
	}
	for _, w := range of {
		f.deadlines[w].put(f, w, t)
	}
	return nil
}

func (d *deadline) put(f *File, w way, t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop()
	d.set.Store(!t.IsZero())
	f.learn(false) // a read that blocks where it is cannot be cancelled
	left := time.Until(t)
	switch {
	case t.IsZero():
		d.passed.Store(false)
	case left <= 0:
		d.expire(f, w)
	default:
		d.passed.Store(false)
		count := d.count
		d.timer = time.AfterFunc(left, func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.count == count {
				d.expire(f, w)
			}
		})
	}
}

// expire marks the deadline as passed, and then cancels what is in flight: an operation that is just being submitted
// either sees the mark or is seen. The lock is held throughout, so that a new deadline comes after all of this.
func (d *deadline) expire(f *File, w way) {
	d.passed.Store(true)
	theEngine.each(func(s *shard) { s.giveUpFile(f, w, causeDeadline) })
}

func (d *deadline) drop() {
	d.count++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) stop() {
	if d.set.Load() {
		d.mu.Lock()
		d.drop()
		d.mu.Unlock()
	}
}

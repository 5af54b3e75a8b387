package core

import (
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Metadata operations ask or tell the system about the file itself. They wait for nothing but the open (and, where they
// depend on it, for what is gathered to be pushed), and move nothing of the file's own.

func opStat(q *Queue, f *File, a *StatArgs, s *Submission, c *Completion) Status {
	if a.Data == nil {
		return refused(EINVAL)
	}
	f.mu.Lock()
	if f.state == fileOpen && f.asksAtOnce() {
		var metadata sys.Metadata
		errno := sys.MetadataNow(f.fd, &metadata)
		if errno == 0 {
			f.describe(&metadata, a.Data)
			f.mu.Unlock()
			return done(s, c, 0)
		}
		if errno != sys.EAGAIN {
			f.mu.Unlock()
			return failed(s, c, errorOf(errno), int32(errno))
		}
	}
	return f.begin(q, s, c, func(o *op) {
		o.data = unsafe.Pointer(a.Data)
		startStat(o)
	})
}

// startStat pushes what is gathered: what arrives while the answer is on its way would not be counted anywhere.
func startStat(o *op) { o.pushThen(askStat) }

func askStat(o *op) {
	o.req.Data = unsafe.Pointer(new(sys.Metadata))
	o.call(callMetadata, stepStat)
}

// callMetadata runs on a worker.
func callMetadata(r *backend.Request) { r.Errno = sys.MetadataOf(r.FD, (*sys.Metadata)(r.Data)) }

func stepStat(o *op) {
	if o.interrupted(stepStat) {
		return
	}
	if o.req.Errno == 0 {
		o.file.mu.Lock()
		o.file.describe((*sys.Metadata)(o.req.Data), (*Stat)(o.data))
		o.file.mu.Unlock()
	}
	o.settle(0, o.req.Errno)
}

// describe fills the caller's record. The caller holds the file's lock.
func (f *File) describe(m *sys.Metadata, out *Stat) {
	*out = Stat{
		Device: m.Device, Inode: m.Inode, Mode: m.Mode, Uid: m.UID, Gid: m.GID, BlockSize: m.BlockSize,
		Links: m.Links, SpecialDevice: m.SpecialDevice, Size: m.Size, Blocks: m.Blocks,
		AccessedS: m.Accessed.Seconds, ModifiedS: m.Modified.Seconds, ChangedS: m.Changed.Seconds, CreatedS: m.Created.Seconds,
		AccessedNs: m.Accessed.Nanoseconds, ModifiedNs: m.Modified.Nanoseconds, ChangedNs: m.Changed.Nanoseconds,
		CreatedNs: m.Created.Nanoseconds,
	}
	if f.kind == sys.KindRegular {
		out.Size, _ = f.size(&sys.Stat{Size: m.Size}) // given a size it does not fail
	}
}

const modeMax = 0o7777

func opChmod(q *Queue, f *File, a *ChmodArgs, s *Submission, c *Completion) Status {
	if a.Mode > modeMax || a.Reserved != 0 {
		return refused(EINVAL)
	}
	f.mu.Lock()
	return f.begin(q, s, c, func(o *op) {
		o.argument = int64(a.Mode)
		startChmod(o)
	})
}

func startChmod(o *op) {
	if !o.awaitOpen(startChmod) {
		return
	}
	o.file.mu.Unlock()
	o.req.Mode = uint32(o.argument)
	o.call(callChmod, stepMetadata)
}

func callChmod(r *backend.Request) { r.Errno = sys.Chmod(r.FD, r.Mode) }

func opChown(q *Queue, f *File, a *ChownArgs, s *Submission, c *Completion) Status {
	f.mu.Lock()
	return f.begin(q, s, c, func(o *op) {
		o.offset, o.length = int64(a.Uid), int64(a.Gid)
		startChown(o)
	})
}

func startChown(o *op) {
	if !o.awaitOpen(startChown) {
		return
	}
	o.file.mu.Unlock()
	o.req.Offset, o.req.Length = o.offset, o.length
	o.call(callChown, stepMetadata)
}

func callChown(r *backend.Request) { r.Errno = sys.Chown(r.FD, uint32(r.Offset), uint32(r.Length)) }

// fileTimes is what set_times hands to its worker.
type fileTimes struct{ accessed, modified sys.Time }

func opSetTimes(q *Queue, f *File, a *SetTimesArgs, s *Submission, c *Completion) Status {
	const second = 1_000_000_000
	if a.AccessedNs >= second || a.ModifiedNs >= second {
		return refused(EINVAL)
	}
	f.mu.Lock()
	times := &fileTimes{
		accessed: sys.Time{Seconds: a.AccessedS, Nanoseconds: a.AccessedNs},
		modified: sys.Time{Seconds: a.ModifiedS, Nanoseconds: a.ModifiedNs},
	}
	// What is gathered goes first: pushing it later would change the times again.
	return f.begin(q, s, c, func(o *op) {
		o.data = unsafe.Pointer(times)
		o.pushThen(startSetTimes)
	})
}

func startSetTimes(o *op) {
	o.req.Data = o.data
	o.call(callSetTimes, stepMetadata)
}

func callSetTimes(r *backend.Request) {
	times := (*fileTimes)(r.Data)
	r.Errno = sys.SetTimes(r.FD, times.accessed, times.modified)
}

// call runs a blocking function about the file on a worker.
func (o *op) call(run func(*backend.Request), step func(*op)) {
	o.req.Op, o.req.Call, o.req.FD, o.req.Flags = backend.OpCall, run, o.file.fd, 0
	o.submit(step)
}

// interrupted submits a request once more when a signal has interrupted it. It is for requests that move no data, which
// are as they were.
func (o *op) interrupted(step func(*op)) bool {
	if o.req.Errno != sys.EINTR || o.cancelled {
		return false
	}
	o.submit(step)
	return true
}

// stepMetadata ends an operation whose result is only whether it was done.
func stepMetadata(o *op) {
	if !o.interrupted(stepMetadata) {
		o.settle(0, o.req.Errno)
	}
}

package ayafileio

import (
	"context"
	"io"
	"io/fs"
	"syscall"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// Seek sets the position and returns it. whence is io.SeekStart, io.SeekCurrent or io.SeekEnd. It waits for no read or
// write: those that were started before keep their places.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	if err := f.valid("seek"); err != nil {
		return 0, err
	}
	if whence < io.SeekStart || whence > io.SeekEnd {
		return 0, &fs.PathError{Op: "seek", Path: f.name, Err: syscall.EINVAL}
	}
	c := f.begin(core.OpSeek, wayNone)
	defer c.free()
	args := (*core.SeekArgs)(unsafe.Pointer(&c.submission.Args))
	args.Offset, args.Whence = offset, uint32(whence)
	return c.result(nil, "seek")
}

// Truncate sets the size of the file. What is beyond is lost, what is missing reads as zeros. The position stays.
func (f *File) Truncate(size int64) error {
	if err := f.valid("truncate"); err != nil {
		return err
	}
	if size < 0 {
		return &fs.PathError{Op: "truncate", Path: f.name, Err: syscall.EINVAL}
	}
	c := f.begin(core.OpTruncate, wayNone)
	defer c.free()
	(*core.TruncateArgs)(unsafe.Pointer(&c.submission.Args)).Size = size
	_, err := c.result(nil, "truncate")
	return err
}

// Chmod changes the permissions of the file.
func (f *File) Chmod(mode fs.FileMode) error {
	if err := f.valid("chmod"); err != nil {
		return err
	}
	c := f.begin(core.OpChmod, wayNone)
	defer c.free()
	(*core.ChmodArgs)(unsafe.Pointer(&c.submission.Args)).Mode = systemMode(mode)
	_, err := c.result(nil, "chmod")
	return err
}

// Chown changes the owner and the group of the file; -1 leaves the one or the other.
func (f *File) Chown(uid, gid int) error {
	if err := f.valid("chown"); err != nil {
		return err
	}
	c := f.begin(core.OpChown, wayNone)
	defer c.free()
	args := (*core.ChownArgs)(unsafe.Pointer(&c.submission.Args))
	args.Uid, args.Gid = uint32(uid), uint32(gid)
	_, err := c.result(nil, "chown")
	return err
}

// result carries an operation out that returns a number or nothing.
func (c *call) result(ctx context.Context, op string) (int64, error) {
	c.run(ctx)
	if err := c.err(op, ctx); err != nil {
		return 0, err
	}
	return c.completion.Result, nil
}

// Chtimes sets when the file was last read and last written; a zero time leaves the one or the other.
func (f *File) Chtimes(atime, mtime time.Time) error {
	if err := f.valid("chtimes"); err != nil {
		return err
	}
	if atime.IsZero() || mtime.IsZero() {
		now, err := f.times()
		if err != nil {
			return err
		}
		if atime.IsZero() {
			atime = time.Unix(now.AccessedS, int64(now.AccessedNs))
		}
		if mtime.IsZero() {
			mtime = time.Unix(now.ModifiedS, int64(now.ModifiedNs))
		}
	}
	c := f.begin(core.OpSetTimes, wayNone)
	defer c.free()
	*(*core.SetTimesArgs)(unsafe.Pointer(&c.submission.Args)) = core.SetTimesArgs{
		AccessedS: atime.Unix(), AccessedNs: uint32(atime.Nanosecond()),
		ModifiedS: mtime.Unix(), ModifiedNs: uint32(mtime.Nanosecond()),
	}
	_, err := c.result(nil, "chtimes")
	return err
}

func (f *File) times() (*core.Stat, error) {
	stat := new(core.Stat)
	c := f.begin(core.OpStat, wayNone)
	defer c.free()
	(*core.StatArgs)(unsafe.Pointer(&c.submission.Args)).Data = stat
	_, err := c.result(nil, "stat")
	return stat, err
}

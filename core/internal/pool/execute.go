package pool

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Execute carries the request out on the calling goroutine, waiting as long as it takes. It is the default of every
// operation on every system: what a backend has no native form for ends here.
func Execute(r *backend.Request) {
	for {
		r.Result, r.Errno = executeOnce(r)
		if r.Errno != sys.EINTR {
			return
		}
	}
}

func executeOnce(r *backend.Request) (int64, sys.Errno) {
	switch r.Op {
	case backend.OpRead:
		return sys.Pread(r.FD, r.Data, r.Length, r.Offset)
	case backend.OpWrite:
		return sys.Pwrite(r.FD, r.Data, r.Length, r.Offset)
	case backend.OpSync:
		return 0, sys.Fsync(r.FD)
	case backend.OpDatasync:
		return 0, sys.Fdatasync(r.FD)
	case backend.OpOpen:
		fd, errno := sys.Open(r.Path, r.OpenFlags, r.Mode)
		return int64(fd), errno
	case backend.OpClose:
		return 0, sys.Close(r.FD)
	case backend.OpTruncate:
		return 0, sys.Ftruncate(r.FD, r.Offset)
	case backend.OpStat:
		return 0, sys.Fstat(r.FD, r.Stat)
	case backend.OpCall:
		return call(r)
	}
	return 0, sys.ENOSYS
}

// call runs foreign code. A panic in it must not take the host process down: it becomes the request's failure.
func call(r *backend.Request) (result int64, errno sys.Errno) {
	defer func() {
		if recover() != nil {
			result, errno = 0, sys.EIO
		}
	}()
	r.Result, r.Errno = 0, 0
	r.Call(r)
	return r.Result, r.Errno
}

// Finish fills in the result of a request that is not carried out.
func Finish(r *backend.Request, errno sys.Errno) {
	r.Result, r.Errno = 0, errno
}

//go:build !darwin && (!linux || 386 || arm || mips || mipsle)

package sys

// Allocate says ENOTSUP where no call reserves room: growing the file alone would promise what it does not keep.
func Allocate(FD, int64, int64) Errno { return ENOTSUP }

//go:build !linux || 386 || arm || mips || mipsle

package sys

// PunchHole says ENOTSUP where no call gives the room of any range back: macOS and Windows take whole blocks only, and
// writing zeros would cost the room that this is to save.
func PunchHole(FD, int64, int64) Errno { return ENOTSUP }

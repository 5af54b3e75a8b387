//go:build unix && !darwin && (!linux || 386 || arm || mips || mipsle)

package sys

import "golang.org/x/sys/unix"

func createdTime(*unix.Stat_t) Time { return Time{} }

// SetTimes says ENOTSUP: these systems have no common call that takes a descriptor.
func SetTimes(FD, Time, Time) Errno { return ENOTSUP }

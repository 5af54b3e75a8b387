package sys

import (
	"time"

	"golang.org/x/sys/unix"
)

func createdTime(stat *unix.Stat_t) Time { return timeOf(stat.Btim) }

// SetTimes sets when the file was last read and changed. futimes counts in microseconds; what is below is cut off.
func SetTimes(fd FD, accessed, modified Time) Errno {
	times := []unix.Timeval{timevalOf(accessed), timevalOf(modified)}
	return errnoOf(unix.Futimes(int(fd), times))
}

func timevalOf(t Time) unix.Timeval {
	return unix.Timeval{Sec: t.Seconds, Usec: int32(time.Duration(t.Nanoseconds) / time.Microsecond)}
}

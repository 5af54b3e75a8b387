//go:build !linux || 386 || arm || mips || mipsle

package sys

import "unsafe"

// ReadNowaitLong is ReadNowait for transfers whose copying takes a while.
func ReadNowaitLong(fd FD, data unsafe.Pointer, length, offset int64, traits *Traits) (int64, Errno) {
	return ReadNowait(fd, data, length, offset, traits)
}

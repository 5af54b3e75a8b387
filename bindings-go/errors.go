package ayafileio

import (
	"io/fs"
	"syscall"

	"github.com/ayafileio/ayafileio/core"
)

// errorOf is an error of the core as Go knows it: the system's own code where it was the system that failed, so that
// errors.Is and comparisons with syscall.Errno work as with package os; else what the specification names for Go.
func errorOf(err core.Error, native int32) error {
	if native != 0 && err != core.ECLOSED {
		return syscall.Errno(native)
	}
	return meaning(err)
}

func pathError(op, name string, err core.Error, native int32) error {
	if err == core.EOK {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: errorOf(err, native)}
}

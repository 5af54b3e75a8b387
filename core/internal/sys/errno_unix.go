//go:build unix

package sys

import "syscall"

// The few codes that the layers above decide on. All others are only carried and translated.
const (
	EAGAIN    = syscall.EAGAIN
	EBADF     = syscall.EBADF
	ECANCELED = syscall.ECANCELED
	EINTR     = syscall.EINTR
	EINVAL    = syscall.EINVAL
	EIO       = syscall.EIO
	EISDIR    = syscall.EISDIR
	ENOENT    = syscall.ENOENT
	ENOMEM    = syscall.ENOMEM
	ENOSPC    = syscall.ENOSPC
	ENOSYS    = syscall.ENOSYS
	ENOTSUP   = syscall.ENOTSUP
	EPERM     = syscall.EPERM
	ESPIPE    = syscall.ESPIPE
)

package sys

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// The few codes that the layers above decide on, as Win32 codes where the system has one. EAGAIN, EINTR, EISDIR and EPERM
// (ERROR_ACCESS_DENIED is EACCES) have none: they are package syscall's invented numbers, which no call of the system
// returns.
const (
	EAGAIN    = Errno(syscall.EAGAIN)
	EBADF     = windows.ERROR_INVALID_HANDLE
	ECANCELED = windows.ERROR_OPERATION_ABORTED
	EINTR     = Errno(syscall.EINTR)
	EINVAL    = windows.ERROR_INVALID_PARAMETER
	EIO       = windows.ERROR_IO_DEVICE
	EISDIR    = Errno(syscall.EISDIR)
	ENOENT    = windows.ERROR_FILE_NOT_FOUND
	ENOMEM    = windows.ERROR_NOT_ENOUGH_MEMORY
	ENOSPC    = windows.ERROR_DISK_FULL
	ENOSYS    = windows.ERROR_CALL_NOT_IMPLEMENTED
	ENOTSUP   = windows.ERROR_NOT_SUPPORTED
	EPERM     = Errno(syscall.EPERM)
	ESPIPE    = windows.ERROR_SEEK_ON_DEVICE
)

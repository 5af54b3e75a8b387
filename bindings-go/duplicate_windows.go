package ayafileio

import "syscall"

func duplicate(fd uintptr) (uintptr, error) {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, err
	}
	var copied syscall.Handle
	err = syscall.DuplicateHandle(self, syscall.Handle(fd), self, &copied, 0, false, syscall.DUPLICATE_SAME_ACCESS)
	return uintptr(copied), err
}

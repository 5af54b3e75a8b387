//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ebitengine/purego"
)

// library holds the addresses of what is called, and the few objects that all calls share.
type library struct {
	ioCreate, ioRead, ioWrite, ioClose uintptr
	dataCreate, dataMap, dataSize      uintptr
	setTarget, release                 uintptr

	// queue is the system's own pool of threads of default priority. It is the target of every channel and handler:
	// left to itself a channel brings a thread for each of its operations, up to the system's limit of some hundreds.
	queue uintptr
	// globalBlock is the class of blocks that are never copied.
	globalBlock uintptr
	// handler is the one entry into Go, for all blocks.
	handler uintptr
	// nothing is a C function that takes no notice of its arguments.
	nothing uintptr
}

// ErrForked is why libdispatch cannot be used in a child of a process that has used it: its threads were the parent's.
// The child of such a process may have a fresh copy of everything in Go, but libdispatch is still the parent's.
var ErrForked = errors.New("libdispatch does not work in the fork of a process that has used it")

// load finds libdispatch, once per process.
var load = sync.OnceValue(func() error {
	libraries := make([]uintptr, 0, len(libraryNames))
	for _, name := range libraryNames {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if err != nil {
			return fmt.Errorf("libdispatch cannot be opened: %w", err)
		}
		libraries = append(libraries, handle)
	}
	// libdispatch's own note, for hosts that had used it without us. Not kept on Linux, and perhaps not for ever.
	if forked := find(libraries, "_dispatch_is_fork_of_multithreaded_parent"); forked != 0 && call(forked)&0xff != 0 {
		return ErrForked
	}
	l := &library{}
	var global, setSpecific, getSpecific, mainQueue uintptr
	for name, place := range map[string]*uintptr{
		"dispatch_io_create":        &l.ioCreate,
		"dispatch_io_read":          &l.ioRead,
		"dispatch_io_write":         &l.ioWrite,
		"dispatch_io_close":         &l.ioClose,
		"dispatch_data_create":      &l.dataCreate,
		"dispatch_data_create_map":  &l.dataMap,
		"dispatch_data_get_size":    &l.dataSize,
		"dispatch_set_target_queue": &l.setTarget,
		"dispatch_release":          &l.release,
		"dispatch_get_global_queue": &global,
		"_NSConcreteGlobalBlock":    &l.globalBlock,
		"getpid":                    &l.nothing,

		"dispatch_queue_set_specific": &setSpecific,
		"dispatch_queue_get_specific": &getSpecific,
		"_dispatch_main_q":            &mainQueue,
	} {
		if *place = find(libraries, name); *place == 0 {
			return fmt.Errorf("libdispatch lacks %s", name)
		}
	}
	// The main queue keeps a note of the process, under a key that nobody else has: a child sees its parent's.
	process, key := call(l.nothing), l.ioCreate
	switch user := call(getSpecific, mainQueue, key); user {
	case 0:
		call(setSpecific, mainQueue, key, process, 0)
	case process:
	default:
		return ErrForked
	}
	l.queue = call(global, 0, 0)
	l.handler = purego.NewCallback(handle)
	shared.start(l)
	return nil
})

func find(libraries []uintptr, name string) uintptr {
	for _, handle := range libraries {
		if address, err := purego.Dlsym(handle, name); err == nil {
			return address
		}
	}
	return 0
}

// call calls a C function. The arguments are words; memory behind them is kept alive by the caller.
func call(function uintptr, arguments ...uintptr) uintptr {
	result, _, _ := purego.SyscallN(function, arguments...)
	return result
}

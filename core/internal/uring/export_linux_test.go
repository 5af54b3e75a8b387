//go:build linux && !(386 || arm || mips || mipsle)

package uring

import "github.com/ayafileio/ayafileio/core/internal/backend"

// OpenAsOldKernel is Open on a kernel of the year 2020: plain setup flags, no timeout for io_uring_enter, and only the
// operations without which there would be no ring at all.
func OpenAsOldKernel(o Options) (*Ring, error) {
	saved := setups
	setups = [len(setups)]uint32{}
	defer func() { setups = saved }()
	u, err := Open(o)
	if err != nil {
		return nil, err
	}
	u.capabilities &= backend.CapRead | backend.CapWrite | backend.CapCancel
	u.features &^= featEXTARG
	return u, nil
}

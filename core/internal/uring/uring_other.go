//go:build !linux || 386 || arm || mips || mipsle

package uring

import (
	"errors"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// Options of one ring; see the Linux file.
type Options struct {
	Depth  int
	SQPoll bool
}

// Ring has no instances on this system.
type Ring struct{ backend.Backend }

// Open always fails: io_uring is Linux's own (and this port of ours covers its 64-bit processors).
func Open(Options) (*Ring, error) { return nil, errors.New("io_uring is only on 64-bit Linux") }

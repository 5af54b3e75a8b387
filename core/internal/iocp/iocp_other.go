//go:build !windows

package iocp

import (
	"errors"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// Port has no instances on this system.
type Port struct{ backend.Backend }

// Open always fails: completion ports are Windows' own.
func Open(Options) (*Port, error) {
	return nil, errors.New("completion ports are only on Windows")
}

//go:build !darwin && !(linux && (amd64 || arm64))

package dispatch

import (
	"errors"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// Options of one instance; see backend.go.
type Options struct{ Shortest int64 }

// Dispatch has no instances on this system.
type Dispatch struct{ backend.Backend }

// Open always fails: Dispatch I/O is macOS's own.
func Open(Options) (*Dispatch, error) { return nil, errors.New("Dispatch I/O is only on macOS") }

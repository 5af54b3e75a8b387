//go:build !darwin && !(linux && (amd64 || arm64))

package dispatch

import (
	"errors"

	"github.com/ayafileio/ayafileio/core/internal/backend"
)

// Dispatch has no instances on this system.
type Dispatch struct{ backend.Backend }

// Open always fails: Dispatch I/O is macOS's own.
func Open() (*Dispatch, error) { return nil, errors.New("Dispatch I/O is only on macOS") }

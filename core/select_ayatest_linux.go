//go:build ayatest && (amd64 || arm64)

package core

import (
	"errors"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	dispatchio "github.com/ayafileio/ayafileio/core/internal/dispatch" // dispatch is the function that calls operations
)

// guestCandidates are other systems' backends that can be run here. libdispatch exists on Linux, too; only the test
// build knows of it, so that the released library does not carry what calls it.
func guestCandidates() []candidate {
	return []candidate{{name: "dispatch_io", onlyForced: true, open: func() (backend.Backend, error) {
		d, err := dispatchio.Open(dispatchio.Options{Shortest: 1}) // tests are made of short transfers
		if errors.Is(err, dispatchio.ErrForked) {
			return openPool() // as on macOS, where nothing is forced
		}
		if err != nil {
			return nil, err
		}
		return d, nil
	}}}
}

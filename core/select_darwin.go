package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	dispatchio "github.com/ayafileio/ayafileio/core/internal/dispatch" // dispatch is the function that calls operations
)

// candidates in order of preference.
func candidates(bool) []candidate {
	return append(testCandidates(), candidate{name: "dispatch_io", open: openDispatch})
}

func openDispatch() (backend.Backend, error) {
	d, err := dispatchio.Open(dispatchio.Options{})
	if err != nil {
		return nil, err
	}
	return d, nil
}

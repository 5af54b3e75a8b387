package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// candidates in order of preference.
func candidates(shared bool) []candidate {
	open := func() (backend.Backend, error) { return openRing(shared) }
	return append(testCandidates(), candidate{name: "io_uring", open: open})
}

func openRing(shared bool) (backend.Backend, error) {
	ring, err := uring.Open(uring.Options{
		Depth:  int(option(optionIOUringQueueDepth)),
		SQPoll: option(optionIOUringSQPOLL) != 0,
		Shared: shared,
	})
	if err != nil {
		return nil, err
	}
	return ring, nil
}

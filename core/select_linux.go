package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

// candidates in order of preference.
func candidates() []candidate {
	return append(testCandidates(), candidate{name: "io_uring", open: openRing})
}

func openRing() (backend.Backend, error) {
	ring, err := uring.Open(uring.Options{
		Depth:  int(option(optionIOUringQueueDepth)),
		SQPoll: option(optionIOUringSQPOLL) != 0,
	})
	if err != nil {
		return nil, err
	}
	return ring, nil
}

package core

import (
	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/iocp"
)

// candidates in order of preference.
func candidates(bool) []candidate {
	return append(testCandidates(), candidate{name: "iocp", open: openNative})
}

// openNative is a variable so that a test can do without ports.
var openNative = openPort

func openPort() (backend.Backend, error) {
	port, err := iocp.Open(iocp.Options{Batch: int(option(optionIOCPBatchSize))})
	if err != nil {
		return nil, err
	}
	return port, nil
}

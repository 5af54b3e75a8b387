package iocp_test

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/iocp"
)

func TestContract(t *testing.T) {
	for name, o := range map[string]iocp.Options{
		"default":  {},
		"batch1":   {Batch: 1},
		"batch256": {Batch: 256},
		"little":   {Batch: 3, RequestsMax: 64},
	} {
		t.Run(name, func(t *testing.T) {
			backendtest.Run(t, backendtest.Subject{CancelsRunning: true, Open: func(t testing.TB) backend.Backend {
				p, err := iocp.Open(o)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}})
		})
	}
}

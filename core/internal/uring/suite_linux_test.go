//go:build linux && !(386 || arm || mips || mipsle)

package uring_test

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/uring"
)

func open(o uring.Options) func(testing.TB) backend.Backend {
	return func(t testing.TB) backend.Backend {
		t.Helper()
		u, err := uring.Open(o)
		if err != nil {
			t.Skipf("io_uring cannot be used here: %v", err)
		}
		return u
	}
}

func TestContract(t *testing.T) {
	for name, o := range map[string]uring.Options{
		"depth8":   {Depth: 8},
		"depth256": {},
		"depth1":   {Depth: 1},
		"shared":   {Depth: 8, Shared: true},
	} {
		t.Run(name, func(t *testing.T) {
			backendtest.Run(t, backendtest.Subject{Open: open(o), CancelsRunning: true})
		})
	}
}

func TestContractWithSQPoll(t *testing.T) {
	backendtest.Run(t, backendtest.Subject{Open: open(uring.Options{Depth: 8, SQPoll: true}), CancelsRunning: true})
}

func TestContractOnOldKernel(t *testing.T) {
	backendtest.Run(t, backendtest.Subject{CancelsRunning: true, Open: func(t testing.TB) backend.Backend {
		u, err := uring.OpenAsOldKernel(uring.Options{Depth: 8})
		if err != nil {
			t.Skipf("io_uring cannot be used here: %v", err)
		}
		return u
	}})
}

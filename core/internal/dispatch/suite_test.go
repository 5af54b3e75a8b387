//go:build darwin || (linux && (amd64 || arm64))

package dispatch_test

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/dispatch"
)

func open(t testing.TB, o dispatch.Options) *dispatch.Dispatch {
	t.Helper()
	d, err := dispatch.Open(o)
	if err != nil {
		t.Skip(err)
	}
	return d
}

func TestContract(t *testing.T) {
	for name, o := range map[string]dispatch.Options{"all": {Shortest: 1}, "mixed": {Shortest: 64}, "default": {}} {
		t.Run(name, func(t *testing.T) {
			backendtest.Run(t, backendtest.Subject{
				Open:           func(t testing.TB) backend.Backend { return open(t, o) },
				CancelsRunning: true,
			})
		})
	}
}

//go:build unix

package fake

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

func TestContract(t *testing.T) {
	for name, o := range map[string]Options{
		"inOrder": {},
		"mixed":   {Seed: 7},
		"delayed": {Seed: 8, Rules: "(delay 2 (Every 3)) (delay 1 (Percent 20))"},
	} {
		t.Run(name, func(t *testing.T) {
			backendtest.Run(t, backendtest.Subject{Open: func(t testing.TB) backend.Backend { return open(t, o) }, CancelsRunning: true})
		})
	}
}

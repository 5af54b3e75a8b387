//go:build unix

package pool_test

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/pool"
)

func TestContract(t *testing.T) {
	pool.SetWorkers(3) // the suite has dozens of reads waiting in pipes at a time: they need no workers
	defer pool.SetWorkers(0)
	backendtest.Run(t, backendtest.Subject{Open: func(t testing.TB) backend.Backend {
		p, errno := pool.Open()
		if errno != 0 {
			t.Fatal(errno)
		}
		return p
	}, CancelsRunning: true})
}

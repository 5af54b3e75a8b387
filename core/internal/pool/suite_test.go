package pool_test

import (
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/pool"
)

func TestContract(t *testing.T) {
	pool.SetWorkers(suiteWorkers)
	defer pool.SetWorkers(0)
	backendtest.Run(t, backendtest.Subject{Open: func(t testing.TB) backend.Backend {
		p, errno := pool.Open()
		if errno != 0 {
			t.Fatal(errno)
		}
		return p
	}, CancelsRunning: cancelsRunning, AppendsOnWorkers: true})
}

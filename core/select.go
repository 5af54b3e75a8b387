package core

import (
	"os"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
)

// backendVariable names the environment variable that forces a backend, for tests and for diagnosis.
const backendVariable = "AYAFILEIO_BACKEND"

// candidate is one way of talking to this system. open fails with the reason why it cannot be used here.
type candidate struct {
	name string
	open func() (backend.Backend, error)
	// onlyForced: for tests, never chosen by itself.
	onlyForced bool
}

// selectBackend takes the first candidate of this system (select_<system>.go) that works, and says why an earlier one
// does not. The worker pool is always the last: it works everywhere. shared: many threads will use it in turn.
func selectBackend(shared bool) (backend.Backend, string, Error) {
	forced := os.Getenv(backendVariable)
	reason := ""
	for _, c := range append(candidates(shared), candidate{name: "threadpool", open: openPool}) {
		if forced == "" && c.onlyForced {
			continue
		}
		if forced != "" && forced != c.name {
			reason = backendVariable + "=" + forced
			continue
		}
		b, err := c.open()
		if err == nil {
			if noter, ok := b.(interface{ Note() string }); ok && reason == "" {
				reason = noter.Note() // works, but not quite as configured
			}
			return b, reason, EOK
		}
		reason = c.name + ": " + err.Error()
	}
	if forced != "" {
		reason = backendVariable + "=" + forced + " is not available here"
	}
	return nil, reason, ENOTSUP
}

func openPool() (backend.Backend, error) {
	b, errno := pool.Open()
	if errno != 0 {
		return nil, errno
	}
	return b, nil
}

// applyOption passes options on that are in force at once.
func applyOption(index optionIndex) {
	switch index {
	case optionIOWorkerCount:
		pool.SetWorkers(int(option(index)))
	case optionBufferPoolMax, optionBufferSize:
		trimBufferPool(option(optionBufferPoolMax))
	}
}

package pool

import "github.com/ayafileio/ayafileio/core/internal/backend"

// watch is empty: a pipe of this system cannot be watched together with others, so a worker waits for it.
type watch struct{}

func tryStream(r *backend.Request) (done bool) {
	Execute(r)
	return true
}

func (c *crew) park(*Lane, *backend.Request) bool { return false }

func (c *crew) unwatch() {}

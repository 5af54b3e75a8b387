//go:build !linux

package backendtest

import (
	"testing"
	"time"
)

// newWatcher returns what waits for the descriptor's readability.
func newWatcher(t testing.TB, fd int) func(patience time.Duration) bool {
	return func(patience time.Duration) bool { return pollReadable(fd, patience) }
}

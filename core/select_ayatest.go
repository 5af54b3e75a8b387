//go:build ayatest

package core

import (
	"os"
	"strconv"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/fake"
)

// The test build has the fake backend, when AYAFILEIO_BACKEND=fake forces it. Its fault rules and its seed come from the
// environment, too, so that tests in any language can set them before the first queue opens.
const (
	fakeRulesVariable = "AYAFILEIO_FAKE_RULES"
	fakeSeedVariable  = "AYAFILEIO_FAKE_SEED"
)

func testCandidates() []candidate {
	return append([]candidate{{name: "fake", open: openFake, onlyForced: true}}, guestCandidates()...)
}

func openFake() (backend.Backend, error) {
	seed, _ := strconv.ParseInt(os.Getenv(fakeSeedVariable), 10, 64)
	f, err := fake.Open(fake.Options{Rules: os.Getenv(fakeRulesVariable), Seed: seed})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// inlineAllowed: the fake backend's rules must see every operation; and on macOS, for which Dispatch I/O stands in,
// nothing can be tried without waiting.
func inlineAllowed() bool {
	forced := os.Getenv(backendVariable)
	return forced != "fake" && forced != "dispatch_io"
}

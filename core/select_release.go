//go:build !ayatest

package core

func testCandidates() []candidate { return nil }

// inlineAllowed: whether the non-blocking attempts on the calling thread may be made.
func inlineAllowed() bool { return true }

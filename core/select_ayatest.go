//go:build ayatest

package core

func testCandidates() []candidate { return nil }

func inlineAllowed() bool { return true }

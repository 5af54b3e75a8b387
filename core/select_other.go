//go:build !linux && !darwin && !windows

package core

// candidates is empty where no native backend is built yet: the worker pool does the work, and BackendInfo says so.
func candidates(bool) []candidate { return testCandidates() }

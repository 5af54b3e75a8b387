package core

// candidates in order of preference.
func candidates() []candidate { return testCandidates() }

//go:build ayatest && !(linux && (amd64 || arm64))

package core

// guestCandidates are other systems' backends that can be run here: none.
func guestCandidates() []candidate { return nil }

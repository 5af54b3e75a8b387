//go:build unix && !linux && !darwin

package conformance

const (
	system    = "unix"
	byteNames = true
)

// OpenDescriptors cannot be told here.
func OpenDescriptors() int { return 0 }

package conformance

import "os"

const (
	system    = "linux"
	byteNames = true
)

// OpenDescriptors counts them; 0 where that cannot be told.
func OpenDescriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

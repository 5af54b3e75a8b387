package conformance

const (
	system    = "darwin"
	byteNames = false // the file system refuses what is no UTF-8
)

// OpenDescriptors cannot be told here.
func OpenDescriptors() int { return 0 }

package pool_test

const (
	suiteWorkers   = 64 // each read that waits in a pipe holds one
	cancelsRunning = false
)

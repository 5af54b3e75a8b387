//go:build unix

package pool_test

const (
	suiteWorkers   = 3 // the suite has dozens of reads waiting in pipes at a time: they need no workers
	cancelsRunning = true
)

// Package iocp is the Windows backend: one completion port per queue, filled by the thread that uses the queue and
// emptied by it or by a thread that waits for it.
//
// The life of a request here: queued (in a list) → in the kernel (it has a record) → ready (in a list) → reaped. A
// record holds the OVERLAPPED that the kernel writes to. Records are on Go's heap, which does not move, and in the
// port's table, so that they live until the port is closed; and a port is not closed while one is in use.
//
// Transfers are native. Opening, syncing, truncating and asking for metadata have no overlapped form: they go to the
// worker pool through a lane, and so does every transfer on a handle that does not report to this port (see
// sys.ClaimHandle). Workers, and Wake from any thread, report by a packet of their own.
package iocp

// Options of one port.
type Options struct {
	// Batch is how many packets are taken in one call; 0 is 64.
	Batch int
	// RequestsMax is how many requests the kernel is given at once; the others wait here. 0 is 4096.
	RequestsMax int
}

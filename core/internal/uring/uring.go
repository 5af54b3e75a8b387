// Package uring is the Linux backend: one io_uring per queue, filled and emptied by the thread that uses the queue.
//
// The life of a request here: waiting (no room, in a list) → staged (in the submission queue) → in the kernel →
// completed → ready (in a list) → reaped. A request is kept reachable by the slot table from staged to completed, and a
// slot's generation makes a late completion of an earlier occupant harmless.
//
// What the kernel has no operation for goes to the worker pool through a lane; one eventfd, on which the ring itself
// always keeps a read armed, turns the workers' completions, and Wake from any thread, into a completion of the ring.
// So there is one descriptor to watch.
package uring

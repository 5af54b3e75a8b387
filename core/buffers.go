package core

import "sync"

// bufferPool keeps file buffers of the current buffer_size for reuse, at most buffer_pool_max of them. A buffer of
// another size (the option changed, or a file asked for its own size) is left to the garbage collector.
var bufferPool struct {
	mu   sync.Mutex
	free [][]byte
}

func takeBuffer(size int64) []byte {
	bufferPool.mu.Lock()
	if n := len(bufferPool.free); n > 0 && int64(len(bufferPool.free[n-1])) == size {
		b := bufferPool.free[n-1]
		bufferPool.free[n-1] = nil
		bufferPool.free = bufferPool.free[:n-1]
		bufferPool.mu.Unlock()
		return b
	}
	bufferPool.mu.Unlock()
	return make([]byte, size)
}

func giveBuffer(b []byte) {
	if int64(len(b)) != option(optionBufferSize) {
		return
	}
	bufferPool.mu.Lock()
	if int64(len(bufferPool.free)) < option(optionBufferPoolMax) {
		bufferPool.free = append(bufferPool.free, b)
	}
	bufferPool.mu.Unlock()
}

// DrainBufferPool releases every cached buffer and returns how many there were.
func DrainBufferPool() int { return trimBufferPool(0) }

// trimBufferPool drops what exceeds limit, and everything when the buffers have the wrong size now.
func trimBufferPool(limit int64) int {
	bufferPool.mu.Lock()
	defer bufferPool.mu.Unlock()
	free := bufferPool.free
	if len(free) > 0 && int64(len(free[0])) != option(optionBufferSize) {
		limit = 0
	}
	dropped := 0
	for int64(len(free)) > limit {
		free[len(free)-1] = nil
		free = free[:len(free)-1]
		dropped++
	}
	bufferPool.free = free
	return dropped
}

package core

import (
	"sync"
	"sync/atomic"
)

// table maps handles to objects. A handle is generation<<32 | index+1, so that 0 is never one and a handle kept after
// its object is gone is refused instead of reaching another object. Look-ups take no lock.
type table[T any] struct {
	mu    sync.Mutex
	slots atomic.Pointer[[]*T]
	free  []uint32
}

// get returns the object that was last stored at the handle's index; the caller compares generations.
func (t *table[T]) get(handle uint64) *T {
	slots := t.slots.Load()
	index := uint32(handle) - 1
	if slots == nil || uint64(index) >= uint64(len(*slots)) {
		return nil
	}
	return (*slots)[index]
}

// take hands out a slot: an object that was given back, or a new one from make. Objects are never freed, only reused;
// that is what makes a look-up without a lock safe.
func (t *table[T]) take(make func(index uint32) *T) *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	slots := t.slots.Load()
	if n := len(t.free); n > 0 {
		index := t.free[n-1]
		t.free = t.free[:n-1]
		return (*slots)[index]
	}
	var old []*T
	if slots != nil {
		old = *slots
	}
	object := make(uint32(len(old)))
	grown := append(old, object)
	t.slots.Store(&grown)
	return object
}

// give returns a slot for reuse.
func (t *table[T]) give(index uint32) {
	t.mu.Lock()
	t.free = append(t.free, index)
	t.mu.Unlock()
}

// all returns every object that was ever made.
func (t *table[T]) all() []*T {
	if slots := t.slots.Load(); slots != nil {
		return *slots
	}
	return nil
}

// handleOf builds a handle.
func handleOf(index, generation uint32) uint64 { return uint64(generation)<<32 | uint64(index+1) }

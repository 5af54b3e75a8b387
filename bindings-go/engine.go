package ayafileio

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ayafileio/ayafileio/core"
)

// idleTime is how long queues are kept when no file is open. A variable for the tests.
var idleTime = time.Second

// shardsMax bounds the queues of the process; each has a ring and three descriptors.
const shardsMax = 16

// engine owns the shards. They exist while files are open, and a little longer.
type engine struct {
	shards  [shardsMax]atomic.Pointer[shard]
	pending atomic.Int64 // operations in the queues

	mu    sync.Mutex
	files int // open ones, and those being opened
	timer *time.Timer
}

var theEngine engine

// enter counts a file in, before anything is submitted for it.
func (e *engine) enter() {
	e.mu.Lock()
	e.files++
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	e.mu.Unlock()
}

// leave counts a file out, when nothing of it is in flight any more. The last one lets the queues go.
func (e *engine) leave() {
	e.mu.Lock()
	e.files--
	if e.files == 0 {
		e.timer = time.AfterFunc(idleTime, e.rest)
	}
	e.mu.Unlock()
}

// rest closes the queues, unless files have been opened meanwhile.
func (e *engine) rest() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.files > 0 {
		return
	}
	for i := range e.shards {
		if s := e.shards[i].Swap(nil); s != nil {
			s.close()
		}
	}
}

// shardCount follows the processors that Go uses: more would only spread operations thinner.
func shardCount() uint32 { return uint32(min(shardsMax, runtime.GOMAXPROCS(0))) }

// shard finds the queue for a call with this hint, and opens it if need be. The calling operation's file is counted in.
func (e *engine) shard(hint uint32) (*shard, core.Error) {
	place := &e.shards[hint%shardCount()]
	if s := place.Load(); s != nil {
		return s, core.EOK
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := place.Load(); s != nil {
		return s, core.EOK
	}
	s, err := openShard()
	if err == core.EOK {
		place.Store(s)
		return s, core.EOK
	}
	// Short of descriptors, perhaps. One queue is enough to go on with.
	for i := range e.shards {
		if other := e.shards[i].Load(); other != nil {
			return other, core.EOK
		}
	}
	return nil, err
}

// each visits the queues that are open.
func (e *engine) each(visit func(*shard)) {
	for i := range e.shards {
		if s := e.shards[i].Load(); s != nil {
			visit(s)
		}
	}
}

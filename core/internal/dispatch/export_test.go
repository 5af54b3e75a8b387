//go:build darwin || (linux && (amd64 || arm64))

package dispatch

import "github.com/ayafileio/ayafileio/core/internal/backend"

// Held tells what libdispatch holds at the moment.
func Held() (flights, files, channels int) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, f := range shared.files {
		channels += f.channels
	}
	return shared.running, len(shared.files), channels
}

// Records tells how many records there are, used or not.
func Records() (flights, channels int) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return len(shared.flights), len(shared.channels)
}

// SetWindow changes how many requests libdispatch may hold; the returned function sets it back.
func SetWindow(count int) func() {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	before := window
	window = count
	return func() { SetWindow(before) }
}

// CarriedOn counts transfers that libdispatch had ended too early.
func CarriedOn() int64 { return carriedOn.Load() }

// Native tells whether a request would go to libdispatch.
func (d *Dispatch) Native(r *backend.Request) bool { return d.native(r) }

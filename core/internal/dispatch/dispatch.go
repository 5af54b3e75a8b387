// Package dispatch is the macOS backend: positional transfers of files go through Dispatch I/O, everything else through
// the worker pool's lane. There is no cgo in it; libdispatch is called through purego. The package also builds on Linux,
// where libdispatch exists too, so that it can be run there by tests. Nothing else on Linux links it.
//
// The life of a transfer here: staged → waiting (in its instance's list) → held by Dispatch (a flight) → finished (in
// its instance's list) → ready → reaped. What waits is bounded by nothing, what Dispatch holds by window, for the whole
// process: see engine.
//
// libdispatch owns a descriptor from the opening of a channel to the channel's clean-up handler, and what happens to a
// descriptor that is closed meanwhile is undefined. The core closes descriptors in several places, and knows only of
// requests. So the rule is: while no request on a descriptor is in flight, Dispatch does not hold it. See file.
package dispatch

//go:build amd64 || arm64

package dispatch

// libraryNames: on Linux libdispatch comes with Swift, and is found by the loader's search path only.
var libraryNames = []string{"libdispatch.so", "libBlocksRuntime.so"}

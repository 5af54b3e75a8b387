package dispatch

// libraryNames: on macOS everything is in the one library that every process has loaded.
var libraryNames = []string{"/usr/lib/libSystem.B.dylib"}

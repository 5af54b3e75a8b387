// Package core is the one implementation of ayafileio: asynchronous file I/O through the kernel's own completion
// interface. It has two layers. A [Queue] belongs to one event loop and owns one backend instance; it accepts
// submissions and gives completions back, knows no cursor and no buffering. A file sits on top of it: position,
// read window, write buffer, modes. Bindings differ only in their language's custom.
package core

//go:build !linux

// Command noiouring is for Linux: elsewhere there is no io_uring to forbid.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "noiouring: only on Linux")
	os.Exit(2)
}

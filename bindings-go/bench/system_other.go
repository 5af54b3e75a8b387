//go:build !linux

package main

// directFlag: package os has no way past the page cache here.
const directFlag = 0

// threadCount is not known here.
func threadCount() int { return 0 }

//go:build unix && !darwin && !freebsd && !netbsd && !dragonfly && !linux

package sys

const (
	directByOpen = false
	openDirect   = 0
)

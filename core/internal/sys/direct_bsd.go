//go:build freebsd || netbsd || dragonfly || (linux && (386 || arm || mips || mipsle))

package sys

import "golang.org/x/sys/unix"

const (
	directByOpen = true
	openDirect   = unix.O_DIRECT
)

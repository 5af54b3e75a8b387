// Package sys is the thin layer of blocking and non-blocking system calls under the core: the same functions on every
// system, one file per system, no policy. Functions return the native error code and never allocate.
package sys

import "syscall"

// FD is a descriptor (unix) or a HANDLE (Windows).
type FD int

// InvalidFD is never a valid descriptor.
const InvalidFD FD = -1

// Errno is the system's native error code (errno, or a Win32 code); 0 is success.
type Errno = syscall.Errno

// OpenFlags says how to open, independent of the system; the upper half holds flags of the system's own, see System.
type OpenFlags uint64

const (
	OpenRead      OpenFlags = 1 << iota
	OpenWrite               // read or write or both
	OpenAppend              // every write goes to the end, by the system's own append
	OpenCreate              // create the file when it is missing
	OpenExclusive           // with OpenCreate: fail when the file exists
	OpenTruncate            // cut an existing file to zero bytes
	OpenDirect              // bypass the page cache (O_DIRECT); caller aligns
	OpenDirectory           // a directory will do, too
)

// SystemOpenFlags makes OpenFlags of flags of the system's own open(2). False when one of them is the business of an
// OpenFlag.
func SystemOpenFlags(native uint32) (OpenFlags, bool) {
	return OpenFlags(native) << 32, native&systemFlagsTaken == 0
}

// system gives the system's own flags back.
func (flags OpenFlags) system() int { return int(flags >> 32) }

// Kind is what a descriptor refers to.
type Kind uint8

const (
	KindRegular Kind = iota + 1
	KindDirectory
	KindStream // pipe, socket, terminal, character device: no position, no size
	KindBlock  // block device: positional, size not in Stat
)

// Traits is what is known of the file system that holds a file.
type Traits uint8

const (
	// TraitMemory: the data is in memory (tmpfs, ramfs); a transfer cannot wait for a device.
	TraitMemory Traits = 1 << iota
	// TraitSizeTrusted: Stat.Size is the truth for regular files. Not so on /proc, /sys and their like.
	TraitSizeTrusted
	// TraitLocal: metadata calls (fstat, lseek) are answered from memory. Not so on network and user-space file systems.
	TraitLocal
	// TraitReadNowait and TraitWriteNowait: the non-blocking attempt is worth making. Cleared once it is refused.
	TraitReadNowait
	TraitWriteNowait
)

// Stat is the part of a file's metadata that the core needs.
type Stat struct {
	Size  int64
	Dev   uint64
	Inode uint64
	Links uint64
	Mode  uint32
	Kind  Kind
}

//go:build unix

package ayafileio

// systemFlags is what is left for the system.
func systemFlags(flag int) uint32 { return uint32(flag) }

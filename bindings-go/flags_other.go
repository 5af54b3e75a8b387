//go:build !unix

package ayafileio

// systemFlags: this system's open knows no flags of open(2).
func systemFlags(int) uint32 { return 0 }

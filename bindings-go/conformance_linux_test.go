package ayafileio_test

import (
	"io/fs"
	"syscall"
)

// systemFields are what only the system's own record has.
func systemFields(info fs.FileInfo) map[string]int64 {
	s := info.Sys().(*syscall.Stat_t)
	return map[string]int64{
		"mode": int64(s.Mode), "links": int64(s.Nlink), "uid": int64(s.Uid), "gid": int64(s.Gid),
		"accessed_s": int64(s.Atim.Sec), "accessed_ns": int64(s.Atim.Nsec),
	}
}

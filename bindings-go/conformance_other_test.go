//go:build !linux

package ayafileio_test

import "io/fs"

// systemFields: the record of the system has another shape on each; what fs.FileInfo says is compared everywhere.
func systemFields(fs.FileInfo) map[string]int64 { return map[string]int64{} }

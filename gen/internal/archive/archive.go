// Package archive reads and writes several files in one text, each after a line "-- name --", as Go's own test
// archives do. Golden tests keep a specification and what comes out of it side by side this way.
package archive

import (
	"bytes"
	"io/fs"
	"strings"
	"testing/fstest"
)

// File is one part of an archive.
type File struct {
	Name string
	Data []byte
}

// Parse splits an archive; what stands before its first file is the comment.
func Parse(data []byte) (comment string, files []File) {
	var head strings.Builder
	for _, line := range bytes.SplitAfter(data, []byte("\n")) {
		text := strings.TrimRight(string(line), "\n")
		if strings.HasPrefix(text, "-- ") && strings.HasSuffix(text, " --") && len(text) > 6 {
			files = append(files, File{Name: text[3 : len(text)-3]})
			continue
		}
		if len(files) == 0 {
			head.Write(line)
			continue
		}
		last := &files[len(files)-1]
		last.Data = append(last.Data, line...)
	}
	return head.String(), files
}

// Format is the inverse of Parse.
func Format(comment string, files []File) []byte {
	var b bytes.Buffer
	b.WriteString(comment)
	for _, f := range files {
		b.WriteString("-- " + f.Name + " --\n")
		b.Write(f.Data)
		if len(f.Data) > 0 && f.Data[len(f.Data)-1] != '\n' {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// Tree lays files over each other: a later one replaces an earlier one of the same name.
func Tree(layers ...[]File) fs.FS {
	out := fstest.MapFS{}
	for _, layer := range layers {
		for _, f := range layer {
			out[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return out
}

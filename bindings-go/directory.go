package ayafileio

import (
	"io/fs"
	"os"
	"sync"
)

// directory reads the entries of a directory, on a duplicate of the file's descriptor: the operating systems have no
// other way to read one than to block, and package os knows the formats.
type directory struct {
	mu   sync.Mutex
	file *os.File
}

// ReadDir reads the entries of a directory, as os.File.ReadDir does: at most n, or all that are left when n is not
// positive.
func (f *File) ReadDir(n int) ([]fs.DirEntry, error) {
	if err := f.valid("readdir"); err != nil {
		return nil, err
	}
	f.directory.mu.Lock()
	defer f.directory.mu.Unlock()
	if f.directory.file == nil {
		twin, err := f.twin()
		if err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: f.name, Err: err}
		}
		f.directory.file = twin
	}
	return f.directory.file.ReadDir(n)
}

func (d *directory) close() {
	d.mu.Lock()
	if d.file != nil {
		d.file.Close()
		d.file = nil
	}
	d.mu.Unlock()
}

// Stat describes the file. What was gathered for writing is handed to the system first, so that the size counts it. The
// result is one of package os, so os.SameFile works with it.
func (f *File) Stat() (fs.FileInfo, error) {
	if err := f.valid("stat"); err != nil {
		return nil, err
	}
	if !f.unbuffered && !f.stream {
		if err := f.Flush(); err != nil {
			return nil, err
		}
	}
	twin, err := f.twin()
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: f.name, Err: err}
	}
	defer twin.Close()
	return twin.Stat()
}

// twin is a file of package os for the same open file.
func (f *File) twin() (*os.File, error) {
	fd := f.Fd()
	if fd == ^uintptr(0) {
		return nil, fs.ErrClosed
	}
	copied, err := duplicate(fd)
	if err != nil {
		return nil, err
	}
	return os.NewFile(copied, f.name), nil
}

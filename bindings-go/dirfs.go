package ayafileio

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// DirFS is the tree of files below a directory, as os.DirFS makes it; its files are opened by this package. The result
// implements fs.StatFS, fs.ReadFileFS, fs.ReadDirFS and fs.ReadLinkFS. A symbolic link may lead out of the tree.
func DirFS(dir string) fs.FS {
	system := os.DirFS(dir)
	return dirFS{dir, system.(systemFS)}
}

// systemFS is what the names and the metadata of a tree are left to: the systems know no way but to block.
type systemFS interface {
	fs.StatFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

type dirFS struct {
	dir string
	systemFS
}

func (d dirFS) Open(name string) (fs.File, error) {
	full, err := d.join("open", name)
	if err != nil {
		return nil, err
	}
	f, err := Open(full)
	if err != nil {
		return nil, below(err, name)
	}
	return f, nil
}

func (d dirFS) ReadFile(name string) ([]byte, error) {
	full, err := d.join("readfile", name)
	if err != nil {
		return nil, err
	}
	data, err := ReadFile(full)
	if err != nil {
		return nil, below(err, name)
	}
	return data, nil
}

func (d dirFS) join(op, name string) (string, error) {
	if d.dir == "" {
		return "", &fs.PathError{Op: op, Path: name, Err: errors.New("DirFS with an empty directory")}
	}
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	local, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return filepath.Join(d.dir, local), nil
}

// below names the file as the tree knows it.
func below(err error, name string) error {
	if e, ok := err.(*fs.PathError); ok {
		e.Path = name
	}
	return err
}

package ayafileio

import (
	"io"
	"io/fs"
	"os"

	"github.com/ayafileio/ayafileio/core"
)

// ReadFile reads a whole file.
func ReadFile(name string) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := f.begin(core.OpSizeHint, wayNone)
	hint, err := c.result(nil, "read")
	c.free()
	if err != nil {
		return nil, err
	}
	// Only a hint: a file may grow, and /proc and devices have no size. With one byte more than there is, the end is
	// met in one read.
	data := make([]byte, 0, max(hint, 512))
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err == io.EOF, err == nil && n > 0 && len(data) < cap(data) && !f.stream:
			return data, nil
		case err != nil:
			return data, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// WriteFile writes data to a file, which is created with perm less the umask if it is missing, and cut first if not.
func WriteFile(name string, data []byte, perm fs.FileMode) error {
	f, err := OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if failure := f.Close(); err == nil {
		err = failure
	}
	return err
}

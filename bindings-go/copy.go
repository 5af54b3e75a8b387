package ayafileio

import (
	"io"
	"sync"
)

// copyBuffers are for ReadFrom and WriteTo. The size is one that is read inline where it is cached.
var copyBuffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// ReadFrom writes what r gives at the position, until r ends.
func (f *File) ReadFrom(r io.Reader) (n int64, err error) {
	if err := f.valid("write"); err != nil {
		return 0, err
	}
	buffer := copyBuffers.Get().(*[128 << 10]byte)
	defer copyBuffers.Put(buffer)
	for {
		count, failure := r.Read(buffer[:])
		if count > 0 {
			written, err := f.Write(buffer[:count])
			n += int64(written)
			if err != nil {
				return n, err
			}
		}
		if failure == io.EOF {
			return n, nil
		}
		if failure != nil {
			return n, failure
		}
	}
}

// WriteTo writes what is in the file from the position on to w.
func (f *File) WriteTo(w io.Writer) (n int64, err error) {
	if err := f.valid("read"); err != nil {
		return 0, err
	}
	buffer := copyBuffers.Get().(*[128 << 10]byte)
	defer copyBuffers.Put(buffer)
	for {
		count, failure := f.Read(buffer[:])
		if count > 0 {
			written, err := w.Write(buffer[:count])
			n += int64(written)
			if err == nil && written < count {
				err = io.ErrShortWrite
			}
			if err != nil {
				return n, err
			}
		}
		if failure == io.EOF {
			return n, nil
		}
		if failure != nil {
			return n, failure
		}
	}
}

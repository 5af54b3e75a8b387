package ayafileio

import (
	"bytes"
	"io"
	"iter"
	"unsafe"

	"github.com/ayafileio/ayafileio/core"
)

// Lines iterates over the lines of the file from the position on, each with its line end, as bytes.Lines does; the last
// one of a file may have none. A line is valid until the next one is asked for. An error comes as the last element, with
// a nil line.
//
// When the loop is left early, the position is behind the last line that it got. Until then it may be further on.
func (f *File) Lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		pooled := copyBuffers.Get().(*[128 << 10]byte)
		defer copyBuffers.Put(pooled)
		buffer, have := pooled[:], 0
		for {
			n, err := f.readLines(buffer[have:])
			if err != nil {
				yield(nil, err)
				return
			}
			rest := buffer[:have+n]
			if n == 0 {
				if have > 0 {
					yield(rest, nil)
				}
				return
			}
			for {
				end := bytes.IndexByte(rest, '\n') + 1
				if end == 0 {
					break
				}
				if !yield(rest[:end:end], nil) {
					if left := len(rest) - end; left > 0 {
						f.Seek(-int64(left), io.SeekCurrent)
					}
					return
				}
				rest = rest[end:]
			}
			if have = copy(buffer, rest); have == len(buffer) {
				grown := make([]byte, 2*len(buffer))
				copy(grown, buffer)
				buffer = grown
			}
		}
	}
}

// readLines reads whole lines; a part of one only where it does not fit, or the file ends.
func (f *File) readLines(b []byte) (int, error) {
	if err := f.valid("read"); err != nil {
		return 0, err
	}
	c := f.begin(core.OpReadLines, wayRead)
	defer c.free()
	args := (*core.ReadLinesArgs)(unsafe.Pointer(&c.submission.Args))
	args.Data, args.Length = unsafe.Pointer(unsafe.SliceData(b)), uint64(len(b))
	if f.stream {
		args.LinesMax = 1 // what has been taken from a stream cannot be given back
	}
	n, err := c.result(nil, "read")
	raceWritten(b[:n])
	return int(n), err
}

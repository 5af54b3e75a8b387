package ayafileio

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"
)

// everyMethod calls each method of a file that can fail.
func everyMethod(f *File) iter.Seq2[string, error] {
	b := make([]byte, 10)
	ctx := context.Background()
	return func(yield func(string, error) bool) {
		number := func(_ int, err error) error { return err }
		number64 := func(_ int64, err error) error { return err }
		lines := func() (err error) {
			for _, err = range f.Lines() {
			}
			return err
		}
		batch := func(add func(*Batch) int) error {
			var b Batch
			add(&b)
			return b.Do(nil)
		}
		for _, m := range []struct {
			name string
			err  error
		}{
			{"Read", number(f.Read(b))},
			{"ReadContext", number(f.ReadContext(ctx, b))},
			{"ReadAt", number(f.ReadAt(b, 0))},
			{"ReadAtContext", number(f.ReadAtContext(ctx, b, 0))},
			{"ReadFrom", number64(f.ReadFrom(strings.NewReader("x")))},
			{"ReadDir", func() error { _, err := f.ReadDir(-1); return err }()},
			{"Lines", lines()},
			{"Write", number(f.Write(b))},
			{"WriteContext", number(f.WriteContext(ctx, b))},
			{"WriteString", number(f.WriteString("x"))},
			{"WriteAt", number(f.WriteAt(b, 0))},
			{"WriteAtContext", number(f.WriteAtContext(ctx, b, 0))},
			{"WriteTo", number64(f.WriteTo(io.Discard))},
			{"Batch.ReadAt", batch(func(x *Batch) int { return x.ReadAt(f, b, 0) })},
			{"Batch.WriteAt", batch(func(x *Batch) int { return x.WriteAt(f, b, 0) })},
			{"Seek", number64(f.Seek(0, io.SeekStart))},
			{"Truncate", f.Truncate(1)},
			{"Flush", f.Flush()},
			{"Sync", f.Sync()},
			{"SyncContext", f.SyncContext(ctx)},
			{"Datasync", f.Datasync()},
			{"DatasyncContext", f.DatasyncContext(ctx)},
			{"Allocate", f.Allocate(0, 1)},
			{"AllocateContext", f.AllocateContext(ctx, 0, 1)},
			{"Chmod", f.Chmod(0o600)},
			{"Chown", f.Chown(-1, -1)},
			{"Chtimes", f.Chtimes(time.Time{}, time.Time{})},
			{"Stat", func() error { _, err := f.Stat(); return err }()},
			{"SetDeadline", f.SetDeadline(time.Time{})},
			{"SetReadDeadline", f.SetReadDeadline(time.Time{})},
			{"SetWriteDeadline", f.SetWriteDeadline(time.Time{})},
			{"Close", f.Close()},
		} {
			if !yield(m.name, m.err) {
				return
			}
		}
	}
}

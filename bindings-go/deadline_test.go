package ayafileio

import (
	"errors"
	"os"
	"testing"
	"time"
)

func TestDeadline(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		f, w := pipe(t)
		b := make([]byte, 10)
		read := func() chan error {
			ended := make(chan error, 1)
			go func() {
				_, err := f.Read(b)
				ended <- err
			}()
			return ended
		}
		expired := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, os.ErrDeadlineExceeded) || !os.IsTimeout(err) {
				t.Errorf("%s: %v", what, err)
			}
		}
		// One that is on its way when the deadline is set, in the past.
		ended := read()
		inFlight(t, f, 1)
		f.SetReadDeadline(time.Now().Add(-time.Second))
		expired("in flight", <-ended)
		_, err := f.Read(b)
		expired("begun afterwards", err)

		// One that is set, and passes.
		f.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		expired("passed", <-read())

		// One that is put off while somebody waits.
		f.SetDeadline(time.Now().Add(time.Hour))
		ended = read()
		inFlight(t, f, 1)
		f.SetDeadline(time.Now().Add(20 * time.Millisecond))
		expired("moved nearer", <-ended)

		// And none.
		f.SetDeadline(time.Time{})
		ended = read()
		inFlight(t, f, 1)
		w.Write([]byte("text"))
		if err := <-ended; err != nil || string(b[:4]) != "text" {
			t.Errorf("without a deadline: %q, %v", b[:4], err)
		}
	})
}

func TestDeadlineOfRegularFile(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		path, _ := testFile(t, 10_000)
		f := opened(t)(OpenFile(path, os.O_RDWR, 0))
		b := make([]byte, 100)
		f.SetReadDeadline(time.Now())
		for range 3 {
			if _, err := f.ReadAt(b, 0); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
		}
		if _, err := f.WriteAt(b, 0); err != nil {
			t.Errorf("the deadline for reads stopped a write: %v", err)
		}
		f.SetDeadline(time.Now())
		if _, err := f.Write(b); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		f.SetDeadline(time.Now().Add(time.Hour))
		if n, err := f.Read(b); n != 100 || err != nil {
			t.Error(n, err)
		}
		if n, err := f.Write(b); n != 100 || err != nil {
			t.Error(n, err)
		}
	})
}

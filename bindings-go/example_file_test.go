package ayafileio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ayafileio/ayafileio/bindings-go"
)

func ExampleFile() {
	path, remove := temporary("")
	defer remove()

	f, err := ayafileio.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(f, "anything that works with io.Writer")
	f.Seek(0, io.SeekStart)
	text, err := io.ReadAll(f)
	fmt.Printf("%q %v\n", text, err)
	fmt.Println(f.Close())
	// Output:
	// "anything that works with io.Writer\n" <nil>
	// <nil>
}

func ExampleFile_Name() {
	f, done := open("")
	defer done()
	fmt.Println(filepath.Base(f.Name()))
	// Output: file.txt
}

func ExampleFile_Fd() {
	f, done := open("")
	defer done()
	fmt.Println(f.Fd() != ^uintptr(0))
	f.Close()
	fmt.Println(f.Fd() != ^uintptr(0))
	// Output:
	// true
	// false
}

func ExampleFile_Close() {
	f, done := open("")
	defer done()
	fmt.Println(f.Close())
	_, err := f.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, os.ErrClosed))
	// Output:
	// <nil>
	// true
}

func ExampleFile_Read() {
	f, done := open("a few words")
	defer done()
	b := make([]byte, 5)
	for {
		n, err := f.Read(b)
		if err == io.EOF {
			break
		}
		fmt.Printf("%q\n", b[:n])
	}
	// Output:
	// "a few"
	// " word"
	// "s"
}

func ExampleFile_ReadContext() {
	r, w, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	f, err := ayafileio.WrapFile(r)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()

	// Nobody writes into the pipe, and we have no time.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err = f.ReadContext(ctx, make([]byte, 100))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

func ExampleFile_ReadAt() {
	f, done := open("0123456789")
	defer done()
	b := make([]byte, 4)
	n, err := f.ReadAt(b, 3)
	fmt.Println(string(b[:n]), err)
	n, err = f.ReadAt(b, 8)
	fmt.Println(string(b[:n]), err)
	// Output:
	// 3456 <nil>
	// 89 EOF
}

func ExampleFile_ReadAtContext() {
	f, done := open("0123456789")
	defer done()
	ctx, cancel := context.WithCancel(context.Background())
	b := make([]byte, 4)
	n, err := f.ReadAtContext(ctx, b, 3)
	fmt.Println(string(b[:n]), err)
	cancel()
	_, err = f.ReadAtContext(ctx, b, 3)
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// 3456 <nil>
	// true
}

func ExampleFile_Write() {
	f, done := open("")
	defer done()
	n, err := f.Write([]byte("bytes"))
	fmt.Println(n, err)
	// Output: 5 <nil>
}

func ExampleFile_WriteString() {
	f, done := open("")
	defer done()
	n, err := f.WriteString("text")
	fmt.Println(n, err)
	// Output: 4 <nil>
}

func ExampleFile_WriteContext() {
	f, done := open("")
	defer done()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := f.WriteContext(ctx, []byte("in time"))
	fmt.Println(n, err)
	// Output: 7 <nil>
}

func ExampleFile_WriteAt() {
	f, done := open("0123456789")
	defer done()
	f.WriteAt([]byte("---"), 4)
	text, _ := io.ReadAll(f)
	fmt.Println(string(text))
	// Output: 0123---789
}

func ExampleFile_WriteAtContext() {
	f, done := open("0123456789")
	defer done()
	n, err := f.WriteAtContext(context.Background(), []byte("---"), 4)
	fmt.Println(n, err)
	// Output: 3 <nil>
}

func ExampleFile_ReadFrom() {
	f, done := open("")
	defer done()
	n, err := f.ReadFrom(strings.NewReader("copied"))
	fmt.Println(n, err)
	// Output: 6 <nil>
}

func ExampleFile_WriteTo() {
	f, done := open("copied\n")
	defer done()
	n, err := f.WriteTo(os.Stdout)
	fmt.Println(n, err)
	// Output:
	// copied
	// 7 <nil>
}

func ExampleFile_Lines() {
	f, done := open("one\ntwo\nthree")
	defer done()
	for line, err := range f.Lines() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q\n", line)
	}
	// Output:
	// "one\n"
	// "two\n"
	// "three"
}

func ExampleFile_Seek() {
	f, done := open("0123456789")
	defer done()
	at, err := f.Seek(-3, io.SeekEnd)
	rest, _ := io.ReadAll(f)
	fmt.Println(at, err, string(rest))
	// Output: 7 <nil> 789
}

func ExampleFile_Truncate() {
	f, done := open("0123456789")
	defer done()
	fmt.Println(f.Truncate(4))
	text, _ := io.ReadAll(f)
	fmt.Println(string(text))
	// Output:
	// <nil>
	// 0123
}

func ExampleFile_Stat() {
	f, done := open("0123456789")
	defer done()
	info, err := f.Stat()
	fmt.Println(info.Name(), info.Size(), err)
	// Output: file.txt 10 <nil>
}

func ExampleFile_ReadDir() {
	path, remove := temporary("")
	defer remove()
	dir, err := ayafileio.Open(filepath.Dir(path))
	if err != nil {
		log.Fatal(err)
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	for _, e := range entries {
		fmt.Println(e.Name(), e.IsDir())
	}
	fmt.Println(err)
	// Output:
	// file.txt false
	// <nil>
}

func ExampleFile_Chmod() {
	f, done := open("")
	defer done()
	fmt.Println(f.Chmod(0o600))
	info, _ := f.Stat()
	fmt.Println(info.Mode())
	// Output:
	// <nil>
	// -rw-------
}

func ExampleFile_Chown() {
	f, done := open("")
	defer done()
	fmt.Println(f.Chown(os.Getuid(), -1))
	// Output: <nil>
}

func ExampleFile_Chtimes() {
	f, done := open("")
	defer done()
	fmt.Println(f.Chtimes(time.Time{}, time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)))
	info, _ := f.Stat()
	fmt.Println(info.ModTime().UTC())
	// Output:
	// <nil>
	// 2001-02-03 04:05:06 +0000 UTC
}

func ExampleFile_SetDeadline() {
	f, done := open("text")
	defer done()
	f.SetDeadline(time.Now())
	_, err := f.Read(make([]byte, 4))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	f.SetDeadline(time.Time{})
	n, err := f.Read(make([]byte, 4))
	fmt.Println(n, err)
	// Output:
	// true
	// 4 <nil>
}

func ExampleFile_SetReadDeadline() {
	f, done := open("text")
	defer done()
	f.SetReadDeadline(time.Now())
	_, err := f.Read(make([]byte, 4))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	// Output: true
}

func ExampleFile_SetWriteDeadline() {
	f, done := open("text")
	defer done()
	f.SetWriteDeadline(time.Now())
	_, err := f.Write([]byte("late"))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	n, err := f.Read(make([]byte, 4))
	fmt.Println(n, err)
	// Output:
	// true
	// 4 <nil>
}

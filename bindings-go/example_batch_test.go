package ayafileio_test

import (
	"context"
	"fmt"
	"io"

	"github.com/ayafileio/ayafileio/bindings-go"
)

func ExampleBatch() {
	f, done := open("0123456789abcdef")
	defer done()

	// Four reads, handed to the system together.
	var b ayafileio.Batch
	var parts [4][4]byte
	for i := range parts {
		b.ReadAt(f, parts[i][:], int64(i)*4)
	}
	if err := b.Do(context.Background()); err != nil {
		fmt.Println(err)
	}
	for i := range parts {
		fmt.Println(string(parts[i][:]))
	}
	// Output:
	// 0123
	// 4567
	// 89ab
	// cdef
}

func ExampleBatch_ReadAt() {
	f, done := open("0123456789")
	defer done()
	var b ayafileio.Batch
	first, second := make([]byte, 3), make([]byte, 3)
	fmt.Println(b.ReadAt(f, first, 0), b.ReadAt(f, second, 5))
	fmt.Println(b.Do(nil), string(first), string(second))
	// Output:
	// 0 1
	// <nil> 012 567
}

func ExampleBatch_WriteAt() {
	f, done := open("0123456789")
	defer done()
	var b ayafileio.Batch
	b.WriteAt(f, []byte("--"), 2)
	b.WriteAt(f, []byte("++"), 6)
	fmt.Println(b.Do(nil))
	text, _ := io.ReadAll(f)
	fmt.Println(string(text))
	// Output:
	// <nil>
	// 01--45++89
}

func ExampleBatch_Do() {
	f, done := open("0123456789")
	defer done()
	f.Close()
	var b ayafileio.Batch
	b.ReadAt(f, make([]byte, 1), 0)
	fmt.Println(b.Do(context.Background()) != nil)
	// Output: true
}

func ExampleBatch_Result() {
	f, done := open("0123456789")
	defer done()
	var b ayafileio.Batch
	i := b.ReadAt(f, make([]byte, 100), 4)
	fmt.Println(b.Do(nil)) // the end of a file is no failure
	fmt.Println(b.Result(i))
	// Output:
	// <nil>
	// 6 EOF
}

func ExampleBatch_Len() {
	f, done := open("0123456789")
	defer done()
	var b ayafileio.Batch
	b.ReadAt(f, make([]byte, 1), 0)
	fmt.Println(b.Len())
	// Output: 1
}

func ExampleBatch_Reset() {
	f, done := open("0123456789")
	defer done()
	var b ayafileio.Batch
	for offset := range int64(3) {
		b.Reset() // the room is used again
		b.ReadAt(f, make([]byte, 1), offset)
		b.Do(nil)
	}
	fmt.Println(b.Len())
	// Output: 1
}

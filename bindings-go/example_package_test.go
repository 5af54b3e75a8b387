package ayafileio_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/bindings-go"
)

// temporary makes a file with some text in a directory of its own, for the length of an example.
func temporary(text string) (path string, remove func()) {
	dir, err := os.MkdirTemp(os.Getenv("AYAFILEIO_TEST_DIR"), "ayafileio-test-")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "file.txt")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

// open is a file with some text, open for reading and writing.
func open(text string) (f *ayafileio.File, done func()) {
	path, remove := temporary(text)
	f, err := ayafileio.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		log.Fatal(err)
	}
	return f, func() {
		f.Close()
		remove()
	}
}

func ExampleOpen() {
	path, remove := temporary("hello")
	defer remove()

	f, err := ayafileio.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	fmt.Println(string(text), err)

	_, err = ayafileio.Open("/does/not/exist")
	fmt.Println(errors.Is(err, fs.ErrNotExist), err)
	// Output:
	// hello <nil>
	// true open /does/not/exist: no such file or directory
}

func ExampleCreate() {
	path, remove := temporary("what was there before")
	defer remove()

	f, err := ayafileio.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(f, "%d lines\n", 1)
	fmt.Println(f.Close())

	text, _ := ayafileio.ReadFile(path)
	fmt.Print(string(text))
	// Output:
	// <nil>
	// 1 lines
}

func ExampleOpenFile() {
	path, remove := temporary("first\n")
	defer remove()

	f, err := ayafileio.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	f.WriteString("second\n")
	f.Close()

	text, _ := ayafileio.ReadFile(path)
	fmt.Print(string(text))
	// Output:
	// first
	// second
}

func ExampleOpenWith() {
	path, remove := temporary("")
	defer remove()

	// Many small writes leave as few large ones.
	f, err := ayafileio.OpenWith(path, ayafileio.OpenOptions{Flag: os.O_WRONLY, Buffering: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	for range 10_000 {
		f.WriteString("0123456789\n")
	}
	f.Close()

	info, _ := os.Stat(path)
	fmt.Println(info.Size())
	// Output: 110000
}

func ExampleOpenOptions() {
	path, remove := temporary("text of some length")
	defer remove()

	// Past the page cache, where the file system can do that.
	f, err := ayafileio.OpenWith(path, ayafileio.OpenOptions{Flag: os.O_RDONLY, Direct: true})
	if err != nil {
		f, err = ayafileio.Open(path)
	}
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 4)
	f.ReadAt(b, 8)
	fmt.Println(string(b))
	// Output: some
}

func ExampleWrapFile() {
	r, w, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	f, err := ayafileio.WrapFile(r)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	w.WriteString("through a pipe")
	w.Close()
	text, err := io.ReadAll(f)
	fmt.Println(string(text), err)
	// Output: through a pipe <nil>
}

func ExampleWrapFD() {
	path, remove := temporary("shared")
	defer remove()
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	f, err := ayafileio.WrapFD(file.Fd(), "a descriptor", ayafileio.WrapOptions{})
	if err != nil {
		log.Fatal(err)
	}
	text, _ := io.ReadAll(f)
	fmt.Println(f.Name(), string(text), f.Close())
	// Output: a descriptor shared <nil>
}

func ExampleWrapOptions() {
	path, remove := temporary("")
	defer remove()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	f, err := ayafileio.WrapFD(file.Fd(), path, ayafileio.WrapOptions{Buffering: -1})
	if err != nil {
		log.Fatal(err)
	}
	f.WriteString("gathered")
	f.Close() // the descriptor stays open, since it is not owned

	text, _ := os.ReadFile(path)
	fmt.Println(string(text))
	// Output: gathered
}

func ExampleReadFile() {
	path, remove := temporary("the whole of it")
	defer remove()

	text, err := ayafileio.ReadFile(path)
	fmt.Println(string(text), err)
	// Output: the whole of it <nil>
}

func ExampleWriteFile() {
	path, remove := temporary("something longer that was there before")
	defer remove()

	err := ayafileio.WriteFile(path, []byte("new"), 0o644)
	text, _ := ayafileio.ReadFile(path)
	fmt.Println(string(text), err)
	// Output: new <nil>
}

func ExampleDirFS() {
	path, remove := temporary("hello")
	defer remove()

	tree := ayafileio.DirFS(filepath.Dir(path))
	text, err := fs.ReadFile(tree, "file.txt")
	fmt.Println(string(text), err)

	names, _ := fs.Glob(tree, "*.txt")
	fmt.Println(names)
	// Output:
	// hello <nil>
	// [file.txt]
}

func ExampleConfig() {
	fmt.Println(ayafileio.Config().BufferSize)
	// Output: 65536
}

func ExampleConfigure() {
	defer ayafileio.ResetConfig()

	c := ayafileio.Config()
	c.BufferSize = 1 << 20
	fmt.Println(ayafileio.Configure(c))

	c.BufferSize = 1
	fmt.Println(ayafileio.Configure(c))
	// Output:
	// <nil>
	// ayafileio: BufferSize is 1, allowed is 512 to 1073741824: invalid argument
}

func ExampleConfiguration() {
	c := ayafileio.Config()
	fmt.Println(c.CloseTimeoutMS, c.IOUringSQPOLL)
	// Output: 4000 false
}

func ExampleResetConfig() {
	c := ayafileio.Config()
	c.InlineReadMax = 4096
	ayafileio.Configure(c)
	ayafileio.ResetConfig()
	fmt.Println(ayafileio.Config().InlineReadMax)
	// Output: 131072
}

func ExampleBackendInfo() {
	info := ayafileio.BackendInfo()
	switch info.Backend {
	case "io_uring", "threadpool":
		fmt.Println("ready")
	default:
		fmt.Println(info.Backend, info.Reason)
	}
	// Output: ready
}

func ExampleInfo() {
	info := ayafileio.BackendInfo()
	fmt.Println(info.IsTrulyAsync == (info.Backend == "io_uring"), info.Platform != "", info.Description != "")
	// Output: true true true
}

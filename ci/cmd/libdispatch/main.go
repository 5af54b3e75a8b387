// Command libdispatch runs a program with Apple's libdispatch at hand, which it fetches from Debian first. The program
// finds it by the loader's search path, and so do the programs that it starts. With -arch the program is one of another
// processor, and qemu runs it.
//
//	go run ./ci/cmd/libdispatch [-arch arm64] [--] program [arguments]
//	AYAFILEIO_BACKEND=dispatch_io go test -tags ayatest -exec "go run …/ci/cmd/libdispatch" ./core/...
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/ayafileio/ayafileio/ci/internal/libdispatch"
	"github.com/ayafileio/ayafileio/ci/internal/repo"
)

func main() {
	arch := flag.String("arch", runtime.GOARCH, "the program's processor: amd64 or arm64")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: libdispatch [-arch amd64|arm64] [--] program [arguments]")
		os.Exit(2)
	}
	if err := run(*arch, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "libdispatch:", err)
		os.Exit(127)
	}
}

var emulators = map[string]string{"amd64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}

// run replaces this process by the program.
func run(arch string, arguments []string) error {
	root, err := repo.Find()
	if err != nil {
		return err
	}
	foreign := arch != runtime.GOARCH
	library := libdispatch.In(root.Build("libdispatch"), arch)
	if err := library.Fetch(context.Background(), os.Stderr, foreign); err != nil {
		return err
	}
	variable := "LD_LIBRARY_PATH=" + library.Path()
	environment := append(os.Environ(), variable)
	if foreign {
		arguments = append([]string{emulators[arch], "-L", library.Root(), "-E", variable, "--"}, arguments...)
		environment = os.Environ()
	}
	path, err := exec.LookPath(arguments[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, arguments, environment)
}

package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Nobody whose packages may be used here ships a free-threaded CPython, but Debian ships the source, and building it
// without optimisations takes two minutes. The release is pinned by the suite; the signature is checked by apt.
const (
	freeThreadedSource = "python3.13"
	freeThreadedSuite  = "trixie"
	freeThreadedExe    = "python3.13t"
	debianMirror       = "http://deb.debian.org/debian"
)

// FreeThreaded builds a CPython without the interpreter lock from Debian's source package into the folder. A second
// call finds it there. It is skipped on systems without apt, and where the source cannot be fetched.
func FreeThreaded(ctx context.Context, out *step.Output, folder string) (Python, error) {
	exe := filepath.Join(folder, "bin", freeThreadedExe)
	stamp := filepath.Join(folder, ".complete")
	recipe := freeThreadedSource + freeThreadedSuite + fmt.Sprint(configure(folder))
	if Fresh(stamp, recipe) {
		return Probe(ctx, exe)
	}
	keyring, err := debianKeyring()
	if err != nil {
		return Python{}, step.Skip("%v", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		return Python{}, err
	}
	work := folder + "-source"
	defer os.RemoveAll(work)
	out.Announce("building a free-threaded CPython from Debian's source package %s (about two minutes, once)", freeThreadedSource)
	tarball, err := debianSource(ctx, out, work, keyring)
	if err != nil {
		return Python{}, step.Skip("the source of a free-threaded CPython cannot be fetched: %v", err)
	}
	if err := buildHeaders(ctx, out); err != nil {
		return Python{}, step.Skip("building a free-threaded CPython needs headers that are %v", err)
	}
	if err := compile(ctx, out, work, tarball, folder); err != nil {
		return Python{}, err
	}
	if err := Mark(stamp, recipe); err != nil {
		return Python{}, err
	}
	return Probe(ctx, exe)
}

func debianKeyring() (string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", fmt.Errorf("no free-threaded CPython here, and no apt-get to fetch its source with")
	}
	for _, name := range []string{"debian-archive-" + freeThreadedSuite + "-automatic.gpg", "debian-archive-keyring.gpg", "debian-archive-keyring.pgp"} {
		path := filepath.Join("/usr/share/keyrings", name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no free-threaded CPython here, and no keyring to check Debian's source with")
}

// debianSource fetches the source with a package state of its own, so that the machine's own sources stay untouched
// and no privilege is needed.
func debianSource(ctx context.Context, out *step.Output, work, keyring string) (string, error) {
	for _, name := range []string{"state/lists/partial", "cache/archives/partial", "source"} {
		if err := os.MkdirAll(filepath.Join(work, name), 0o777); err != nil {
			return "", err
		}
	}
	list := filepath.Join(work, "sources.list")
	line := fmt.Sprintf("deb-src [signed-by=%s] %s %s main\n", keyring, debianMirror, freeThreadedSuite)
	if err := os.WriteFile(list, []byte(line), 0o666); err != nil {
		return "", err
	}
	status := filepath.Join(work, "state", "status")
	if err := os.WriteFile(status, nil, 0o666); err != nil {
		return "", err
	}
	apart := []string{
		"-qq", "-oDir::Etc::sourcelist=" + list, "-oDir::Etc::sourceparts=/dev/null", "-oDir::State=" + filepath.Join(work, "state"),
		"-oDir::State::status=" + status, "-oDir::Cache=" + filepath.Join(work, "cache"), "-oAPT::Sandbox::User=root",
	}
	for _, arguments := range [][]string{{"update"}, {"source", "--download-only", "--tar-only", freeThreadedSource}} {
		c := apt(append(append([]string{}, apart...), arguments...)...)
		c.Dir = filepath.Join(work, "source")
		if err := out.Run(ctx, c); err != nil {
			return "", err
		}
	}
	tarballs, _ := filepath.Glob(filepath.Join(work, "source", "*.orig.tar.*"))
	if len(tarballs) == 0 {
		return "", fmt.Errorf("apt-get has left no source")
	}
	return tarballs[0], nil
}

// buildHeaders makes sure of zlib, without which the new interpreter could install nothing, and of libffi for ctypes.
func buildHeaders(ctx context.Context, out *step.Output) error {
	_, zlib := os.Stat("/usr/include/zlib.h")
	ffi, _ := filepath.Glob("/usr/include/*/ffi.h")
	direct, _ := filepath.Glob("/usr/include/ffi.h")
	_, make := exec.LookPath("make")
	_, xz := exec.LookPath("xz")
	if zlib == nil && len(ffi)+len(direct) > 0 && make == nil && xz == nil {
		return nil
	}
	return Debian(ctx, out, "zlib1g-dev", "libffi-dev", "make", "xz-utils")
}

func configure(folder string) []string {
	return []string{"./configure", "-q", "--disable-gil", "--prefix=" + folder, "--disable-test-modules",
		"--without-static-libpython", "--without-ensurepip", "CFLAGS=-O1 -g0"}
}

func compile(ctx context.Context, out *step.Output, work, tarball, folder string) error {
	tree := filepath.Join(work, "tree")
	if err := os.MkdirAll(tree, 0o777); err != nil {
		return err
	}
	jobs := "-j" + strconv.Itoa(min(2, runtime.NumCPU()))
	recipe := configure(folder)
	for _, c := range []step.Command{
		{Name: "tar", Args: []string{"-xf", tarball, "--strip-components=1"}},
		{Name: recipe[0], Args: recipe[1:]},
		{Name: "make", Args: []string{"-s", jobs}},
		{Name: "make", Args: []string{"-s", jobs, "altinstall"}},
	} {
		c.Dir = tree
		if err := out.Run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

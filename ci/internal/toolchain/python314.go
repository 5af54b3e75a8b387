package toolchain

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// embedded is a Go module that carries a complete CPython 3.14 (python-build-standalone) as compressed files. The Go
// proxy is the one place where a machine without any 3.14 of its own can get one. It has no headers: an abi3 wheel
// made with another version's runs there.
const embedded = "github.com/kluctl/go-embed-python@v0.0.0-3.14.6-20260610-1"

// Python314 unpacks CPython 3.14 into the folder and returns it. A second call finds it there.
func Python314(ctx context.Context, out *step.Output, folder string) (Python, error) {
	if runtime.GOOS != "linux" || (runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64") {
		return Python{}, step.Skip("no CPython 3.14 here, and none is carried for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	exe := filepath.Join(folder, "bin", "python3.14")
	stamp := filepath.Join(folder, ".complete")
	if content, err := os.ReadFile(stamp); err == nil && string(content) == embedded {
		return Probe(ctx, exe)
	}
	out.Announce("fetching CPython 3.14 from the Go module %s", embedded)
	text, err := out.Capture(ctx, step.Command{
		Name: "go", Args: []string{"mod", "download", "-json", embedded}, Dir: os.TempDir(), Env: []string{"GOWORK=off"},
	})
	if err != nil {
		return Python{}, err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(text), &module); err != nil {
		return Python{}, err
	}
	source := filepath.Join(module.Dir, "python", "internal", "data", "linux-"+runtime.GOARCH)
	if err := os.RemoveAll(folder); err != nil {
		return Python{}, err
	}
	if err := unpack(source, folder); err != nil {
		return Python{}, err
	}
	if err := os.WriteFile(stamp, []byte(embedded), 0o666); err != nil {
		return Python{}, err
	}
	return Probe(ctx, exe)
}

// listing is files.json beside the data: the modes and the symbolic links that a Go module cannot carry.
type listing struct {
	Files []struct {
		Name       string      `json:"name"`
		Perm       fs.FileMode `json:"perm"`
		Symlink    string      `json:"symlink"`
		Compressed bool        `json:"compressed"`
	} `json:"files"`
}

func unpack(source, folder string) error {
	content, err := os.ReadFile(filepath.Join(source, "files.json"))
	if err != nil {
		return err
	}
	var list listing
	if err := json.Unmarshal(content, &list); err != nil {
		return err
	}
	for _, f := range list.Files {
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("%s leads out of the folder", f.Name)
		}
		target := filepath.Join(folder, f.Name)
		switch {
		case f.Perm.IsDir():
			err = os.MkdirAll(target, 0o777)
		case f.Symlink != "":
			err = os.Symlink(f.Symlink, target)
		default:
			err = unpackFile(filepath.Join(source, f.Name), target, f.Perm.Perm()|0o200)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func unpackFile(source, target string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	in, err := os.Open(source)
	compressed := false
	if os.IsNotExist(err) && !strings.HasSuffix(source, ".gz") {
		in, err = os.Open(source + ".gz")
		compressed = true
	}
	if err != nil {
		return err
	}
	defer in.Close()
	var from io.Reader = in
	if compressed {
		if from, err = gzip.NewReader(in); err != nil {
			return err
		}
	}
	to, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}

package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Venv is a virtual environment in the build folder.
type Venv struct {
	Python Python
	Folder string
}

// Exe is the environment's interpreter; Bin is one of its scripts.
func (v Venv) Exe() string              { return v.Bin("python") }
func (v Venv) Bin(name string) string   { return filepath.Join(v.Folder, "bin", name) }
func (v Venv) stamp(name string) string { return filepath.Join(v.Folder, "."+name+".stamp") }

// pip is pinned apart from the requirement files, because it installs those.
const pip = "pip==26.3"

// Tools makes the one environment that has pip; it installs into all the others ("pip --python"), so that an
// interpreter without pip or ensurepip can be served too.
func Tools(ctx context.Context, out *step.Output, root repo.Root, pythons []Python) (Venv, error) {
	for _, p := range pythons {
		if !p.Pip || p.FreeThreaded {
			continue
		}
		venv := Venv{Python: p, Folder: root.Build("venv", "tools")}
		if Fresh(venv.stamp("tools"), pip+p.Version()) {
			return venv, nil
		}
		if err := out.Run(ctx, step.Command{Name: p.Exe, Args: []string{"-m", "venv", "--clear", venv.Folder}}); err != nil {
			out.Printf("%s cannot make a virtual environment with pip; the next one is tried", p.Exe)
			continue
		}
		out.Announce("installing %s into %s", pip, rel(root, venv.Folder))
		if err := out.Run(ctx, step.Command{Name: venv.Exe(), Args: []string{"-m", "pip", "install", "--quiet", pip}}); err != nil {
			return venv, err
		}
		return venv, Mark(venv.stamp("tools"), pip+p.Version())
	}
	return Venv{}, fmt.Errorf("no Python here can make a virtual environment; on Debian: apt-get install python3-venv")
}

// Make creates an environment without pip, or finds it as it was made.
func Make(ctx context.Context, out *step.Output, p Python, folder string) (Venv, error) {
	venv := Venv{Python: p, Folder: folder}
	if Fresh(venv.stamp("made"), p.Exe+p.Version()) {
		return venv, nil
	}
	// --copies would break python-build-standalone, whose interpreter finds its library beside itself.
	err := out.Run(ctx, step.Command{Name: p.Exe, Args: []string{"-m", "venv", "--clear", "--without-pip", folder}})
	if err != nil {
		return venv, err
	}
	return venv, Mark(venv.stamp("made"), p.Exe+p.Version())
}

// Require installs a requirement file from the Python index, once per content of the file.
func (v Venv) Require(ctx context.Context, out *step.Output, root repo.Root, tools Venv, requirements string) error {
	content, err := os.ReadFile(root.Path(requirements))
	if err != nil {
		return err
	}
	stamp := v.stamp(filepath.Base(requirements))
	if Fresh(stamp, string(content)) {
		return nil
	}
	out.Announce("installing %s into %s", requirements, rel(root, v.Folder))
	err = v.pip(ctx, out, tools, "install", "--quiet", "--requirement", root.Path(requirements))
	if err != nil {
		return err
	}
	return Mark(stamp, string(content))
}

// Install puts a built wheel in place of whatever version is there.
func (v Venv) Install(ctx context.Context, out *step.Output, tools Venv, wheel string) error {
	content, err := os.ReadFile(wheel)
	if err != nil {
		return err
	}
	if Fresh(v.stamp("wheel"), string(content)) {
		return nil
	}
	err = v.pip(ctx, out, tools, "install", "--quiet", "--force-reinstall", "--no-deps", "--no-index", wheel)
	if err != nil {
		return err
	}
	return Mark(v.stamp("wheel"), string(content))
}

// InstallSource builds and installs a source tree, the way a user does it.
func (v Venv) InstallSource(ctx context.Context, out *step.Output, tools Venv, tree string) error {
	return v.pip(ctx, out, tools, "install", "--quiet", "--force-reinstall", tree)
}

func (v Venv) pip(ctx context.Context, out *step.Output, tools Venv, arguments ...string) error {
	all := append([]string{"-m", "pip", "--disable-pip-version-check", "--python", v.Exe()}, arguments...)
	return out.Run(ctx, step.Command{Name: tools.Exe(), Args: all, Env: []string{"PIP_ROOT_USER_ACTION=ignore"}})
}

// Fresh says whether the stamp was written for this content; Mark writes it.
func Fresh(stamp, content string) bool {
	held, err := os.ReadFile(stamp)
	return err == nil && string(held) == digest(content)
}

func Mark(stamp, content string) error {
	return os.WriteFile(stamp, []byte(digest(content)), 0o666)
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func rel(root repo.Root, path string) string {
	if short, err := filepath.Rel(string(root), path); err == nil {
		return short
	}
	return path
}

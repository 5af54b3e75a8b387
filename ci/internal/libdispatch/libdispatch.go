// Package libdispatch brings Apple's libdispatch onto a Debian machine, so that the macOS backend can be run there. It
// comes from the package libswiftlang of a newer Debian than the machine's own; nothing is installed, and the machine's
// own sources are not touched.
package libdispatch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	release = "trixie"
	keyring = "/usr/share/keyrings/debian-archive-trixie-automatic.gpg"
	// inPackage is where the libraries are in it.
	inPackage = "usr/libexec/swift/lib/swift/linux"
)

// names of the files that a program needs besides what every machine has.
var names = []string{"libdispatch.so", "libBlocksRuntime.so"}

// Library is one copy, for one processor.
type Library struct {
	folder string
	arch   string // Go's name, which is also Debian's
}

// In is the copy for a processor below a folder, whether it has been fetched or not.
func In(folder, arch string) Library { return Library{filepath.Join(folder, arch), arch} }

// Path is what LD_LIBRARY_PATH has to name.
func (l Library) Path() string { return filepath.Join(l.folder, "lib") }

// Root is the file system that a program of another processor is run in; only those have one.
func (l Library) Root() string { return filepath.Join(l.folder, "root") }

// Fetch makes the copy, unless it is there. What apt-get and dpkg say goes to log.
func (l Library) Fetch(ctx context.Context, log io.Writer, foreign bool) error {
	stamp := filepath.Join(l.folder, ".complete")
	if _, err := os.Stat(stamp); err == nil {
		return nil
	}
	if err := os.RemoveAll(l.folder); err != nil {
		return err
	}
	packages := []string{"libswiftlang"}
	if foreign {
		packages = append(packages, "libc6", "libstdc++6", "libgcc-s1")
	}
	if err := l.unpack(ctx, log, packages); err != nil {
		return err
	}
	if foreign {
		// The interpreter that programs name is in /lib, which is a link on a real system.
		if err := os.Symlink("usr/lib", filepath.Join(l.Root(), "lib")); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(l.Path(), 0o777); err != nil {
		return err
	}
	for _, name := range names {
		image, err := os.ReadFile(filepath.Join(l.Root(), inPackage, name))
		if err != nil {
			return err
		}
		if !foreign {
			if err := lowerGlibc(image); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if err := os.WriteFile(filepath.Join(l.Path(), name), image, 0o666); err != nil {
			return err
		}
	}
	superfluous := l.Root() // Swift, which is large
	if foreign {
		superfluous = filepath.Join(l.Root(), "usr", "libexec")
	}
	if err := os.RemoveAll(superfluous); err != nil {
		return err
	}
	return os.WriteFile(stamp, nil, 0o666)
}

// unpack downloads packages with state of its own, and unpacks them into the root.
func (l Library) unpack(ctx context.Context, log io.Writer, packages []string) error {
	state := filepath.Join(l.folder, "apt")
	defer os.RemoveAll(state)
	for _, folder := range []string{"lists/partial", "archives/partial", "packages"} {
		if err := os.MkdirAll(filepath.Join(state, folder), 0o777); err != nil {
			return err
		}
	}
	source := fmt.Sprintf("deb [arch=%s signed-by=%s] %s %s main\n", l.arch, keyring, mirror(), release)
	for name, content := range map[string]string{"sources.list": source, "status": ""} {
		if err := os.WriteFile(filepath.Join(state, name), []byte(content), 0o666); err != nil {
			return err
		}
	}
	options := []string{
		"-qq", "-oAPT::Sandbox::User=root", "-oAPT::Architecture=" + l.arch, "-oAPT::Architectures=" + l.arch,
		"-oDir::Etc::sourcelist=" + filepath.Join(state, "sources.list"), "-oDir::Etc::sourceparts=/dev/null",
		"-oDir::State=" + state, "-oDir::State::status=" + filepath.Join(state, "status"), "-oDir::Cache=" + state,
	}
	run := func(name string, arguments ...string) error {
		c := exec.CommandContext(ctx, name, arguments...)
		c.Dir, c.Stdout, c.Stderr = filepath.Join(state, "packages"), log, log
		if err := c.Run(); err != nil {
			return fmt.Errorf("%s %s: %w", name, arguments[len(arguments)-1], err)
		}
		return nil
	}
	if err := run("apt-get", append(options, "update")...); err != nil {
		return err
	}
	if err := run("apt-get", append(append(options, "download"), packages...)...); err != nil {
		return err
	}
	archives, err := filepath.Glob(filepath.Join(state, "packages", "*.deb"))
	if err != nil {
		return err
	}
	for _, archive := range archives {
		if err := run("dpkg", "-x", archive, l.Root()); err != nil {
			return err
		}
	}
	return nil
}

// mirror is where the machine itself gets Debian from.
func mirror() string {
	files, _ := filepath.Glob("/etc/apt/sources.list.d/*")
	for _, name := range append(files, "/etc/apt/sources.list") {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			for _, word := range strings.Fields(lines.Text()) {
				if strings.HasPrefix(word, "http") && strings.HasSuffix(strings.TrimRight(word, "/"), "/debian") {
					return word
				}
			}
		}
	}
	return "http://deb.debian.org/debian"
}

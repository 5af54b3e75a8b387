// Package toolchain finds what the machine has and installs what is missing into the build folder: interpreters,
// virtual environments, Debian packages.
package toolchain

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Python is one interpreter on this machine.
type Python struct {
	Exe          string `json:"exe"`
	Major        int    `json:"major"`
	MinorNumber  int    `json:"minor"`
	Patch        int    `json:"patch"`
	FreeThreaded bool   `json:"free_threaded"`
	Headers      bool   `json:"headers"`
	Pip          bool   `json:"pip"`
}

// Tag names the version in folders and steps: "3.11", or "3.13t" for a free-threaded build.
func (p Python) Tag() string {
	tag := fmt.Sprintf("%d.%d", p.Major, p.MinorNumber)
	if p.FreeThreaded {
		tag += "t"
	}
	return tag
}

// Version with the patch level.
func (p Python) Version() string { return fmt.Sprintf("%d.%d.%d", p.Major, p.MinorNumber, p.Patch) }

// probe asks the interpreter itself, because names and links lie (pyenv's shims, for one).
const probe = `
import importlib.util, json, os, sys, sysconfig
print(json.dumps({
    "exe": os.path.realpath(sys.executable),
    "major": sys.version_info[0], "minor": sys.version_info[1], "patch": sys.version_info[2],
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "headers": os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")),
    "pip": importlib.util.find_spec("pip") is not None or importlib.util.find_spec("ensurepip") is not None,
}))`

// Probe asks one interpreter what it is.
func Probe(ctx context.Context, exe string) (Python, error) {
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(limited, exe, "-I", "-c", probe)
	text, err := cmd.Output()
	if err != nil {
		return Python{}, fmt.Errorf("%s: %w", exe, err)
	}
	var p Python
	if err := json.Unmarshal(text, &p); err != nil {
		return Python{}, fmt.Errorf("%s: %w", exe, err)
	}
	return p, nil
}

// Oldest and newest minor version that the package supports.
const (
	OldestMinor = 10
	NewestMinor = 14
)

// Pythons returns the best interpreter of each supported version, oldest first: on the PATH, or installed by pyenv.
func Pythons(ctx context.Context) []Python {
	best := map[string]Python{}
	for _, exe := range candidates() {
		p, err := Probe(ctx, exe)
		if err != nil || p.Major != 3 || p.MinorNumber < OldestMinor || p.MinorNumber > NewestMinor {
			continue
		}
		if held, ok := best[p.Tag()]; !ok || better(p, held) {
			best[p.Tag()] = p
		}
	}
	found := make([]Python, 0, len(best))
	for _, p := range best {
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b Python) int {
		if a.MinorNumber != b.MinorNumber {
			return a.MinorNumber - b.MinorNumber
		}
		return strings.Compare(a.Tag(), b.Tag())
	})
	return found
}

// better prefers an interpreter that can build extensions, then one with pip, then the newer one.
func better(a, b Python) bool {
	if a.Headers != b.Headers {
		return a.Headers
	}
	if a.Pip != b.Pip {
		return a.Pip
	}
	return a.Patch > b.Patch
}

var interpreter = regexp.MustCompile(`^python3(\.\d+t?)?$`)

func candidates() []string {
	var found []string
	seen := map[string]bool{}
	add := func(path string) {
		real, err := filepath.EvalSymlinks(path)
		if err != nil || seen[real] {
			return
		}
		seen[real] = true
		found = append(found, path)
	}
	for _, directory := range filepath.SplitList(os.Getenv("PATH")) {
		entries, _ := os.ReadDir(directory)
		for _, entry := range entries {
			// All shims of pyenv are one script; what they lead to is found below.
			if interpreter.MatchString(entry.Name()) && filepath.Base(directory) != "shims" {
				add(filepath.Join(directory, entry.Name()))
			}
		}
	}
	pyenv := os.Getenv("PYENV_ROOT")
	if pyenv == "" {
		home, _ := os.UserHomeDir()
		pyenv = filepath.Join(home, ".pyenv")
	}
	versions, _ := filepath.Glob(filepath.Join(pyenv, "versions", "3.*", "bin", "python3"))
	for _, path := range versions {
		minor := strings.Split(filepath.Base(filepath.Dir(filepath.Dir(path))), ".")
		if number, err := strconv.Atoi(strings.TrimRight(minor[1], "t-dev")); err == nil && number >= OldestMinor {
			add(path)
		}
	}
	return found
}

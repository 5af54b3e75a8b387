package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ayafileio/ayafileio/ci/internal/repo"
	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// Npm is the folder with what comes from the npm registry: several Node versions, Bun, Deno, TypeScript, and the
// headers that the addon is compiled with. What is in it, with hashes, is ci/npm/package-lock.json.
type Npm struct{ folder string }

// NodeMajors are the Node versions that the suites run on, oldest first.
var NodeMajors = []int{20, 22, 24, 26}

// NpmIn is the place of that folder, whether it has been filled or not.
func NpmIn(root repo.Root) Npm { return Npm{root.Build("npm")} }

// Modules is where Node's own resolution looks for packages.
func (n Npm) Modules(elements ...string) string {
	return filepath.Join(append([]string{n.folder, "node_modules"}, elements...)...)
}

// Node is the interpreter of one major version.
func (n Npm) Node(major int) string { return n.Modules(fmt.Sprintf("node-%d", major), "bin", "node") }

// Bun and Deno are the other two runtimes that load the addon.
func (n Npm) Bun() string  { return n.Modules("bun", "bin", "bun") }
func (n Npm) Deno() string { return n.Modules("deno", "deno") }

// Headers are Node-API's own, without which the addon cannot be compiled.
func (n Npm) Headers() string { return n.Modules("node-api-headers", "include") }

// Install fills the folder as the lock file says, once per content of it: with the tools that the addon is built and
// checked with, and with the runtimes too where they are asked for. No package of them needs a script to be run.
func (n Npm) Install(ctx context.Context, out *step.Output, root repo.Root, runtimes bool) error {
	if runtimes && (runtime.GOOS != "linux" || runtime.GOARCH != "amd64") {
		return step.Skip("ci/npm names the runtimes for linux/amd64 only")
	}
	files := map[string][]byte{}
	recipe := ""
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(root.Path("ci", "npm", name))
		if err != nil {
			return err
		}
		files[name] = content
		recipe += string(content)
	}
	all, stamp := filepath.Join(n.folder, ".runtimes.stamp"), filepath.Join(n.folder, ".tools.stamp")
	if Fresh(all, recipe) || !runtimes && Fresh(stamp, recipe) {
		return nil
	}
	if err := os.RemoveAll(n.folder); err != nil {
		return err
	}
	if err := os.MkdirAll(n.folder, 0o777); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(n.folder, name), content, 0o666); err != nil {
			return err
		}
	}
	arguments := []string{"ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"}
	if runtimes {
		stamp = all
	} else {
		arguments = append(arguments, "--omit=dev")
	}
	out.Announce("installing ci/npm/package.json into %s", rel(root, n.folder))
	if err := out.Run(ctx, step.Command{Name: "npm", Args: arguments, Dir: n.folder}); err != nil {
		return err
	}
	return Mark(stamp, recipe)
}

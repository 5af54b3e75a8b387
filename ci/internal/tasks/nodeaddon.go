package tasks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

// nodeAddon builds the addon into the package's own folder of prebuilt binaries, as it is published.
func (p *Plan) nodeAddon() string {
	needs := []string{p.library(), p.nodeTools()}
	return p.add(step.Step{Name: "node addon", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		return p.buildAddon(ctx, out, p.Root.Path("bindings-node"))
	}})
}

// sanitizedAddon builds it with AddressSanitizer and UndefinedBehaviorSanitizer, in a copy of the package: a package finds
// its addon in its own folder only, and its tests find the package by its name, from where they are.
func (p *Plan) sanitizedAddon() string {
	needs := []string{p.library(), p.nodeTools()}
	return p.add(step.Step{Name: "node addon sanitized", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if _, err := sanitizerLibraries(); err != nil {
			return err
		}
		if err := p.copyNodePackage(); err != nil {
			return err
		}
		return p.buildAddon(ctx, out, p.sanitizedPackage(), "AYAFILEIO_SANITIZE=address,undefined")
	}})
}

func (p *Plan) sanitizedPackage() string { return p.Root.Build("node-sanitized", "bindings-node") }

// copyNodePackage copies what is edited by hand, and links what is beside it in the repository.
func (p *Plan) copyNodePackage() error {
	folder := filepath.Dir(p.sanitizedPackage())
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	entries, err := os.ReadDir(p.Root.Path("bindings-node"))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		from, to := p.Root.Path("bindings-node", entry.Name()), filepath.Join(p.sanitizedPackage(), entry.Name())
		switch {
		case entry.Name() == "node_modules" || entry.Name() == "prebuilds":
		case entry.IsDir():
			err = os.CopyFS(to, os.DirFS(from))
		default:
			err = copyFile(from, to)
		}
		if err != nil {
			return err
		}
	}
	for _, name := range []string{"build", "capi", "spec"} {
		if err := os.Symlink(p.Root.Path(name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) buildAddon(ctx context.Context, out *step.Output, folder string, env ...string) error {
	err := out.Run(ctx, step.Command{Name: "node", Args: []string{filepath.Join("scripts", "build.mjs")}, Dir: folder, Env: append(env,
		"AYAFILEIO_PREBUILT_LIB="+p.Root.Library(), "AYAFILEIO_NODE_API="+p.npm().Headers(),
	)})
	if err != nil {
		return err
	}
	built, err := filepath.Glob(filepath.Join(folder, "prebuilds", "*", "ayafileio.node"))
	if err != nil || len(built) != 1 {
		return fmt.Errorf("%d addons instead of one (%v)", len(built), err)
	}
	info, err := os.Stat(built[0])
	if err != nil {
		return err
	}
	out.Note("%.0f kB", float64(info.Size())/1e3)
	return nil
}

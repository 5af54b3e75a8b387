package tasks

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// nodePackage packs the package as it would be published, installs it into a folder of its own with nothing to download,
// and uses it once as a module of each kind, on the oldest and the newest Node.
func (p *Plan) nodePackage() {
	needs := []string{p.nodeAddon()}
	p.add(step.Step{Name: "npm package", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		folder := p.Root.Build("npm-package")
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
		user := filepath.Join(folder, "user")
		if err := makeFolder(user); err != nil {
			return err
		}
		tarball, err := p.pack(ctx, out, folder)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(user, "package.json"), []byte("{\"private\": true}\n"), 0o666); err != nil {
			return err
		}
		install := []string{"install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", tarball}
		if err := out.Run(ctx, step.Command{Name: "npm", Args: install, Dir: user}); err != nil {
			return err
		}
		for _, major := range []int{toolchain.NodeMajors[0], toolchain.NodeMajors[len(toolchain.NodeMajors)-1]} {
			for kind, text := range useOnceInNode {
				err := out.Run(ctx, step.Command{Name: p.npm().Node(major), Args: []string{"--input-type=" + kind, "-e", text}, Dir: user})
				if err != nil {
					return fmt.Errorf("Node %d, %s: %w", major, kind, err)
				}
			}
		}
		return nil
	}})
}

// useOnceInNode opens a file, which loads the addon and the library that were installed.
var useOnceInNode = map[string]string{
	"module": `
import { readFile } from 'ayafileio';
import fs from 'node:fs';
if (!(await readFile(process.execPath)).equals(fs.readFileSync(process.execPath))) throw new Error('wrong bytes');`,
	"commonjs": `
const { open } = require('ayafileio');
open('package.json').then(async (file) => {
  if (!(await file.readFile('utf8')).includes('private')) throw new Error('wrong text');
  await file.close();
});`,
}

// pack returns the path of the tarball, and refuses one without the addon, the types or the library in it.
func (p *Plan) pack(ctx context.Context, out *step.Output, folder string) (string, error) {
	text, err := out.Capture(ctx, step.Command{
		Name: "npm", Args: []string{"pack", "--json", "--loglevel=error", "--pack-destination", folder}, Dir: p.Root.Path("bindings-node"),
	})
	if err != nil {
		return "", err
	}
	var packed []struct {
		Filename string
		Files    []struct{ Path string }
	}
	// npm may say something about its own configuration before.
	if err := json.Unmarshal([]byte(text[max(0, strings.Index(text, "[")):]), &packed); err != nil || len(packed) != 1 {
		return "", fmt.Errorf("npm pack gave no list of one package (%v)", err)
	}
	held := map[string]bool{}
	for _, f := range packed[0].Files {
		held[f.Path] = true
		if strings.HasPrefix(f.Path, "test/") || strings.HasPrefix(f.Path, "native/") {
			return "", fmt.Errorf("%s does not belong into the package", f.Path)
		}
	}
	for _, name := range []string{"prebuilds/linux-x64/ayafileio.node", "prebuilds/linux-x64/libayafileio.so", "types/index.d.mts", "types/index.d.cts", "README.md"} {
		if !held[name] {
			return "", fmt.Errorf("%s is missing from the package", name)
		}
	}
	out.Note("%d files", len(packed[0].Files))
	return filepath.Join(folder, packed[0].Filename), nil
}

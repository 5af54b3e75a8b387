// Command gen writes everything in the repository that repeats: from the specification in spec it makes the core's
// ABI types and dispatch, the C header and exports, the bindings' glue, types and reference pages.
//
//	go run ./gen          write what changed, remove what is left over
//	go run ./gen -check   write nothing; fail on stale, missing and left-over files
//
// It is a pipeline, one package per stage: load (YAML to structs, strictly) → resolve (references, rules, layouts) →
// ir (the result) → emit… (one package per language) → output (compare or write). All decisions are made before an
// emitter runs, and a mistake in the specification is reported with its file and line.
//
// To add something that repeats, give it a place in spec and load, decide about it in resolve, and print it in an
// emitter; testdata holds the smallest specification that shows each construct, with what comes out of it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/pipeline"
)

func main() {
	check := flag.Bool("check", false, "only compare; fail when a generated file is stale, missing or left over")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	files, err := pipeline.Run(os.DirFS(root))
	if err != nil {
		return err
	}
	differences, err := output.Compare(root, files)
	if err != nil {
		return err
	}
	for _, d := range differences {
		fmt.Printf("%-9s  %s\n", d.Kind, d.Path)
	}
	if check {
		if len(differences) > 0 {
			return fmt.Errorf("%d of %d generated files are not fresh: run `go run ./gen`", len(differences), len(files))
		}
		fmt.Printf("%d generated files are fresh\n", len(files))
		return nil
	}
	return output.Apply(root, files, differences)
}

// findRoot is the directory with go.work, here or above.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.work here or above: run gen inside the repository")
		}
		dir = parent
	}
}

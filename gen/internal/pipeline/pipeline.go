// Package pipeline joins the stages of the generator: load → resolve → emit.
package pipeline

import (
	"errors"
	"io/fs"
	"sort"

	"github.com/ayafileio/ayafileio/gen/internal/emitc"
	"github.com/ayafileio/ayafileio/gen/internal/emitcases"
	"github.com/ayafileio/ayafileio/gen/internal/emitgo"
	"github.com/ayafileio/ayafileio/gen/internal/emitgobinding"
	"github.com/ayafileio/ayafileio/gen/internal/emitjson"
	"github.com/ayafileio/ayafileio/gen/internal/emitmd"
	"github.com/ayafileio/ayafileio/gen/internal/emitnode"
	"github.com/ayafileio/ayafileio/gen/internal/emitpy"
	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
	"github.com/ayafileio/ayafileio/gen/internal/lock"
	"github.com/ayafileio/ayafileio/gen/internal/output"
	"github.com/ayafileio/ayafileio/gen/internal/resolve"
)

// Run renders everything that the specification below root makes, sorted by path.
func Run(root fs.FS) ([]output.File, error) {
	loaded, err := load.Load(root)
	if err != nil {
		return nil, err
	}
	spec, err := resolve.Resolve(loaded)
	if err != nil {
		return nil, err
	}
	before, err := fs.ReadFile(root, lock.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	after, err := lock.Update(before, spec)
	if err != nil {
		return nil, err
	}
	out := []output.File{{Path: lock.Path, Data: after}}
	for _, emit := range []func(*ir.Spec) ([]output.File, error){
		emitgo.Emit, emitc.Emit, emitgobinding.Emit, emitpy.Emit, emitnode.Emit, emitmd.Emit, emitjson.Emit, emitcases.Emit,
	} {
		files, err := emit(spec)
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out, nil
}

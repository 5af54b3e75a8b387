package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

const ours = "github.com/ayafileio/ayafileio/"

// mayImport is the import direction between the top-level folders: each may import itself and what is listed.
var mayImport = map[string][]string{
	"core":        nil,
	"gen":         nil,
	"ci":          nil,
	"capi":        {"core"},
	"bindings-go": {"core"},
}

func imports(files []File) []Finding {
	var found []Finding
	eachGo(files, func(f File, set *token.FileSet, tree *ast.File) {
		folder, _, _ := strings.Cut(f.Path, "/")
		allowed, known := mayImport[folder]
		if !known {
			found = append(found, Finding{f.Path, 0, "Go code lives only in " + strings.Join(folders(), ", ")})
			return
		}
		for _, spec := range tree.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			line := set.Position(spec.Pos()).Line
			if name == "C" && folder != "capi" {
				found = append(found, Finding{f.Path, line, "cgo is used only in capi"})
			}
			target, own := strings.CutPrefix(name, ours)
			if !own {
				continue
			}
			to, _, _ := strings.Cut(target, "/")
			if to != folder && !slices.Contains(allowed, to) {
				found = append(found, Finding{f.Path, line, fmt.Sprintf("%s must not import %s", folder, to)})
			}
			if reason := insideCore(f.Path, target); reason != "" {
				found = append(found, Finding{f.Path, line, reason})
			}
		}
	})
	return found
}

// insideCore keeps the layers of core apart: sys knows nothing of ours, a backend knows sys and the interface, and
// no backend knows another but the pool, which does for all of them what has no native form.
func insideCore(file, target string) string {
	from, inside := strings.CutPrefix(path.Dir(file), "core/internal/")
	to, _ := strings.CutPrefix(target, "core/internal/")
	if !inside || from == to || strings.HasSuffix(file, "_test.go") {
		return ""
	}
	if from == "sys" {
		return "sys is the lowest layer and imports nothing of ours"
	}
	if target == "core" {
		return "a backend must not import core, which imports it"
	}
	if slices.Contains(backends, from) && slices.Contains(backends, to) && to != "pool" {
		return fmt.Sprintf("a backend (%s) must not import another (%s)", from, to)
	}
	return ""
}

var backends = []string{"dispatch", "fake", "iocp", "pool", "uring"}

func folders() []string {
	names := make([]string, 0, len(mayImport))
	for name := range mayImport {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// packageComments wants one file of every package to say what the package is for.
func packageComments(files []File) []Finding {
	documented := map[string]bool{}
	eachGo(files, func(f File, _ *token.FileSet, tree *ast.File) {
		if strings.HasSuffix(f.Path, "_test.go") {
			return
		}
		folder := path.Dir(f.Path)
		documented[folder] = documented[folder] || tree.Doc.Text() != ""
	})
	var found []Finding
	for folder, ok := range documented {
		if !ok {
			found = append(found, Finding{folder, 0, "no file of this package has a package comment"})
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Path, b.Path) })
	return found
}

func eachGo(files []File, visit func(File, *token.FileSet, *ast.File)) {
	for _, f := range files {
		if path.Ext(f.Path) != ".go" || strings.Contains(f.Path, "/testdata/") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, f.Path, f.Content, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			continue // the compiler says it better
		}
		visit(f, set, tree)
	}
}

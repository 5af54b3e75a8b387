package load

import (
	"errors"
	"io/fs"
	"sort"
	"strings"
)

// Conformance is spec/conformance: how the operations must behave, one behaviour per file.
type Conformance struct {
	Cases        []Case
	Surfaces     []Surface
	Expectations Tree  // the list in expectations.yaml; no items without that file
	Waivers      *Tree // the list in waivers.yaml; nil without that file
}

// Case is one file, spec/conformance/<group>/<name>.yaml.
type Case struct {
	Pos
	Group, Name string
	Tree        Tree
}

// Surface is one file, spec/conformance/<binding>.yaml: how that binding says the operations of the cases.
type Surface struct {
	Pos
	Binding string
	Tree    Tree
}

const (
	conformanceDir   = "spec/conformance"
	expectationsFile = conformanceDir + "/expectations.yaml"
	waiversFile      = conformanceDir + "/waivers.yaml"
)

// surfaces are the bindings that have calls of their own. The core and C take the operations as they are.
var surfaces = []string{"python", "node", "go"}

func conformance(root fs.FS, into *Conformance) error {
	names, err := fs.Glob(root, conformanceDir+"/*/*.yaml")
	if err != nil {
		return err
	}
	sort.Strings(names)
	var errs []error
	for _, name := range names {
		n, err := document(root, name, "conformance")
		if err != nil {
			errs = append(errs, err)
			continue
		}
		group, base, _ := strings.Cut(strings.TrimPrefix(name, conformanceDir+"/"), "/")
		into.Cases = append(into.Cases, Case{
			Pos: Pos{name, 1}, Group: group, Name: strings.TrimSuffix(base, ".yaml"), Tree: Tree{n},
		})
	}
	into.Expectations, err = listFile(root, expectationsFile, "expectations")
	errs = append(errs, err)
	if _, err := fs.Stat(root, waiversFile); err == nil {
		waivers, err := listFile(root, waiversFile, "waivers")
		into.Waivers = &waivers
		errs = append(errs, err)
	}
	for _, binding := range surfaces {
		name := conformanceDir + "/" + binding + ".yaml"
		n, err := document(root, name, "surface")
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			errs = append(errs, err)
		default:
			into.Surfaces = append(into.Surfaces, Surface{Pos: Pos{name, 1}, Binding: binding, Tree: Tree{n}})
		}
	}
	return errors.Join(errs...)
}

// listFile is a file that need not be there, with one list of the schema's name in it.
func listFile(root fs.FS, name, list string) (Tree, error) {
	n, err := document(root, name, list)
	if errors.Is(err, fs.ErrNotExist) {
		return Tree{&node{kind: kindList}}, nil
	}
	if err != nil {
		return Tree{&node{kind: kindList}}, err
	}
	items, _ := Tree{n}.Get(list)
	return items, nil
}

// document reads a file whose shape its schema alone describes.
func document(root fs.FS, name, schema string) (*node, error) {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	n, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	return n, validate(root, "spec/schema/"+schema+".schema.json", n)
}

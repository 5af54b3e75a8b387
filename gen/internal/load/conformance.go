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
	Expectations Tree // the list in expectations.yaml; no items without that file
}

// Case is one file, spec/conformance/<group>/<name>.yaml.
type Case struct {
	Pos
	Group, Name string
	Tree        Tree
}

const (
	conformanceDir   = "spec/conformance"
	expectationsFile = conformanceDir + "/expectations.yaml"
)

func conformance(root fs.FS, into *Conformance) error {
	into.Expectations = Tree{&node{kind: kindList}}
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
	if _, err := fs.Stat(root, expectationsFile); err == nil {
		n, err := document(root, expectationsFile, "expectations")
		if err != nil {
			errs = append(errs, err)
		} else {
			into.Expectations, _ = Tree{n}.Get("expectations")
		}
	}
	return errors.Join(errs...)
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

package load

import (
	"errors"
	"io/fs"
	"regexp"
	"strconv"
)

// Load reads the specification from a file system whose root is the repository.
func Load(root fs.FS) (*Spec, error) {
	s := &Spec{}
	return s, errors.Join(
		file(root, "api", &s.API),
		file(root, "functions", &s.Functions),
		file(root, "errors", &s.Errors),
		file(root, "options", &s.Options),
		file(root, "python", &s.Python),
		file(root, "node", &s.Node),
		conformance(root, &s.Conformance),
	)
}

// file reads spec/<name>.yaml. Its shape is checked first, since the decoder's reports are clearer than a schema's; the
// schema then adds what a shape does not say: patterns, ranges, closed lists of words.
func file(root fs.FS, part string, into any) error {
	name := "spec/" + part + ".yaml"
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	n, err := parse(name, data)
	if err != nil {
		return err
	}
	if err := decode(n, into); err != nil {
		return err
	}
	return validate(root, "spec/schema/"+part+".schema.json", n)
}

var syntaxLine = regexp.MustCompile(`^\[(\d+):\d+\] ([^\n]*)`)

// syntaxError turns the parser's own report, which draws the source, into one line with a place.
func syntaxError(file string, err error) error {
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		return Pos{file, line}.Errorf("%s", m[2])
	}
	return Pos{file, 1}.Errorf("%v", err)
}

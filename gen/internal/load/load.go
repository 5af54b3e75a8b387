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
		file(root, "spec/api.yaml", &s.API),
		file(root, "spec/errors.yaml", &s.Errors),
		file(root, "spec/options.yaml", &s.Options),
	)
}

func file(root fs.FS, name string, into any) error {
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	n, err := parse(name, data)
	if err != nil {
		return err
	}
	return decode(n, into)
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

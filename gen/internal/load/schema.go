package load

import (
	"bytes"
	"errors"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// validate checks a document against its JSON Schema and gives every violation its line. The schema is a resource of
// its own: it may not refer to another file, so nothing is ever fetched.
func validate(root fs.FS, schemaFile string, n *node) error {
	data, err := fs.ReadFile(root, schemaFile)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return Pos{schemaFile, 1}.Errorf("%v", err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	const url = "mem:///schema.json"
	if err := c.AddResource(url, document); err != nil {
		return Pos{schemaFile, 1}.Errorf("%v", err)
	}
	schema, err := c.Compile(url)
	if err != nil {
		return Pos{schemaFile, 1}.Errorf("%v", err)
	}
	err = schema.Validate(n.plain())
	var violation *jsonschema.ValidationError
	if !errors.As(err, &violation) {
		return err
	}
	var errs []error
	collect(violation, n, &errs)
	sort.SliceStable(errs, func(i, j int) bool { return errs[i].(*PosError).Pos.Line < errs[j].(*PosError).Pos.Line })
	return errors.Join(errs...)
}

// noLoader refuses to load anything beside the schema at hand.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, errors.New("a schema must not refer to another file: " + url)
}

var english = message.NewPrinter(language.English)

// collect keeps the innermost violations; the outer ones only say that there are inner ones.
func collect(v *jsonschema.ValidationError, root *node, errs *[]error) {
	for _, cause := range v.Causes {
		collect(cause, root, errs)
	}
	if len(v.Causes) > 0 {
		return
	}
	where := root.find(v.InstanceLocation)
	*errs = append(*errs, where.Errorf("%s: %s", path(v.InstanceLocation), v.ErrorKind.LocalizedString(english)))
}

func path(location []string) string {
	if len(location) == 0 {
		return "the document"
	}
	return strings.Join(location, ".")
}

// find is the place of a JSON pointer: that of the key for a value, that of the item for a list.
func (n *node) find(location []string) Pos {
	pos := n.pos
	for _, step := range location {
		switch n.kind {
		case kindMap:
			pos = n.keyPos[step]
			n = n.fields[step]
		case kindList:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(n.items) {
				return pos
			}
			n = n.items[i]
			pos = n.pos
		}
		if n == nil {
			return pos
		}
	}
	return pos
}

// plain is the value as encoding/json would have decoded it.
func (n *node) plain() any {
	switch n.kind {
	case kindList:
		out := make([]any, 0, len(n.items))
		for _, item := range n.items {
			out = append(out, item.plain())
		}
		return out
	case kindMap:
		out := make(map[string]any, len(n.fields))
		for k, v := range n.fields {
			out[k] = v.plain()
		}
		return out
	}
	return n.scalar
}

package load

import (
	"errors"
	"reflect"
	"sort"
	"strings"
)

// decode fills a struct (or a list of structs) from a node. Field names come from `yaml` tags; a tag with
// ",optional" may be missing. An embedded Pos receives the place. Unknown keys, missing keys and wrong types are
// errors at their own line.
func decode(n *node, into any) error {
	var d decoder
	d.value(n, reflect.ValueOf(into).Elem(), "the document")
	return errors.Join(d.errs...)
}

type decoder struct{ errs []error }

func (d *decoder) fail(p Pos, format string, args ...any) {
	d.errs = append(d.errs, p.Errorf(format, args...))
}

var posType = reflect.TypeOf(Pos{})

func (d *decoder) value(n *node, v reflect.Value, what string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), what)
	case reflect.Struct:
		d.structure(n, v, what)
	case reflect.Slice:
		if n.kind != kindList {
			d.fail(n.pos, "%s must be a list, not %s", what, n.kind)
			return
		}
		out := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
		for i, item := range n.items {
			d.value(item, out.Index(i), what)
		}
		v.Set(out)
	default:
		d.scalar(n, v, what)
	}
}

func (d *decoder) scalar(n *node, v reflect.Value, what string) {
	if n.kind != kindScalar {
		d.fail(n.pos, "%s must be a single value, not %s", what, n.kind)
		return
	}
	switch s := n.scalar.(type) {
	case string:
		if v.Kind() == reflect.String {
			v.SetString(s)
			return
		}
	case int64:
		if v.Kind() == reflect.Int64 {
			v.SetInt(s)
			return
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(s)
			return
		}
	}
	names := map[reflect.Kind]string{reflect.String: "a string", reflect.Int64: "an integer", reflect.Bool: "true or false"}
	d.fail(n.pos, "%s must be %s, not %v", what, names[v.Kind()], n.scalar)
}

func (d *decoder) structure(n *node, v reflect.Value, what string) {
	if n.kind != kindMap {
		d.fail(n.pos, "%s must be a mapping, not %s", what, n.kind)
		return
	}
	known := map[string]bool{}
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == posType {
			v.Field(i).Set(reflect.ValueOf(n.pos))
			continue
		}
		tag := f.Tag.Get("yaml")
		if tag == "" {
			continue
		}
		name, rest, _ := strings.Cut(tag, ",")
		known[name] = true
		child, ok := n.fields[name]
		switch {
		case ok && child.kind == kindScalar && child.scalar == nil:
			d.fail(n.keyPos[name], "%q is empty", name)
		case ok:
			d.value(child, v.Field(i), name)
		case rest != "optional":
			d.fail(n.pos, "%q is missing", name)
		}
	}
	for _, key := range n.keys {
		if !known[key] {
			d.fail(n.keyPos[key], "unknown field %q; known here: %s", key, strings.Join(sortedKeys(known), ", "))
		}
	}
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// Package load is the first stage of the generator: it reads the YAML files of the specification strictly and gives
// back plain Go structs in which every item knows its file and line. It knows the shape of the files and nothing of
// their meaning; that is the resolve stage's part.
package load

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Pos is a place in a file of the specification.
type Pos struct {
	File string
	Line int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Errorf makes an error that begins with the place.
func (p Pos) Errorf(format string, args ...any) error {
	return &PosError{p, fmt.Sprintf(format, args...)}
}

// PosError is a mistake at a place of the specification.
type PosError struct {
	Pos     Pos
	Message string
}

func (e *PosError) Error() string { return e.Pos.String() + ": " + e.Message }

// node is one YAML value with its place. Exactly one of the three kinds is set.
type node struct {
	pos    Pos
	scalar any // string, int64, uint64, float64, bool or nil
	items  []*node
	keys   []string
	fields map[string]*node
	keyPos map[string]Pos
	kind   kind
}

type kind uint8

const (
	kindScalar kind = iota
	kindList
	kindMap
)

func (k kind) String() string { return [...]string{"a value", "a list", "a mapping"}[k] }

// parse reads one YAML document and refuses everything that hides where a value comes from: anchors, aliases, merge
// keys, tags, duplicate keys, several documents.
func parse(file string, data []byte) (*node, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(file, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, Pos{file, 1}.Errorf("want exactly one YAML document, found %d", len(tree.Docs))
	}
	c := converter{file: file}
	n := c.convert(tree.Docs[0].Body)
	return n, errors.Join(c.errs...)
}

type converter struct {
	file string
	errs []error
}

func (c *converter) pos(n ast.Node) Pos {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return Pos{c.file, t.Position.Line}
	}
	return Pos{c.file, 0}
}

func (c *converter) fail(n ast.Node, format string, args ...any) *node {
	p := c.pos(n)
	c.errs = append(c.errs, p.Errorf(format, args...))
	return &node{pos: p}
}

func (c *converter) convert(n ast.Node) *node {
	pos := c.pos(n)
	switch n := n.(type) {
	case *ast.MappingNode:
		out := &node{pos: pos, kind: kindMap, fields: map[string]*node{}, keyPos: map[string]Pos{}}
		if len(n.Values) > 0 {
			out.pos = c.pos(n.Values[0].Key)
		}
		for _, v := range n.Values {
			c.entry(out, v)
		}
		return out
	case *ast.MappingValueNode:
		out := &node{pos: c.pos(n.Key), kind: kindMap, fields: map[string]*node{}, keyPos: map[string]Pos{}}
		c.entry(out, n)
		return out
	case *ast.SequenceNode:
		out := &node{pos: pos, kind: kindList}
		for _, v := range n.Values {
			out.items = append(out.items, c.convert(v))
		}
		return out
	case *ast.AnchorNode:
		return c.fail(n, "anchors are not allowed: write the value out")
	case *ast.AliasNode:
		return c.fail(n, "aliases are not allowed: write the value out")
	case *ast.TagNode:
		return c.fail(n, "tags are not allowed")
	case *ast.LiteralNode:
		return &node{pos: pos, scalar: n.Value.Value}
	case *ast.StringNode:
		return &node{pos: pos, scalar: n.Value}
	case *ast.IntegerNode:
		switch v := n.Value.(type) {
		case int64:
			return &node{pos: pos, scalar: v}
		case uint64:
			if v > math.MaxInt64 {
				return &node{pos: pos, scalar: v} // only conformance cases have such numbers, to show that they are refused
			}
			return &node{pos: pos, scalar: int64(v)}
		}
		return c.fail(n, "integer out of range")
	case *ast.BoolNode:
		return &node{pos: pos, scalar: n.Value}
	case *ast.NullNode:
		return &node{pos: pos, scalar: nil}
	default:
		return c.fail(n, "%s is not allowed here", strings.ToLower(n.Type().String()))
	}
}

func (c *converter) entry(out *node, v *ast.MappingValueNode) {
	if _, merge := v.Key.(*ast.MergeKeyNode); merge {
		c.fail(v.Key, "merge keys are not allowed: write the values out")
		return
	}
	key, ok := v.Key.(*ast.StringNode)
	if !ok {
		c.fail(v.Key, "a key must be a plain string")
		return
	}
	name := key.Value
	if _, twice := out.fields[name]; twice {
		c.fail(v.Key, "key %q twice", name)
		return
	}
	out.keys = append(out.keys, name)
	out.keyPos[name] = c.pos(v.Key)
	child := c.convert(v.Value)
	// A block scalar's own token is its indicator; the key is where a reader looks.
	if child.kind == kindScalar {
		child.pos = c.pos(v.Key)
	}
	out.fields[name] = child
}

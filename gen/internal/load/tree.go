package load

// Tree is a part of a document whose shape is open: conformance cases, whose steps have the arguments of any
// operation. It gives access with places, so that a later stage can report a mistake where it stands.
type Tree struct{ n *node }

// Pos is the place of the value.
func (t Tree) Pos() Pos { return t.n.pos }

// Get is the value of a key; false when the value is no mapping or has no such key.
func (t Tree) Get(key string) (Tree, bool) {
	child, ok := t.n.fields[key]
	return Tree{child}, ok
}

// Keys are the keys of a mapping in the order of the file.
func (t Tree) Keys() []string { return t.n.keys }

// KeyPos is the place of a key.
func (t Tree) KeyPos(key string) Pos { return t.n.keyPos[key] }

// Items are the items of a list.
func (t Tree) Items() []Tree {
	out := make([]Tree, len(t.n.items))
	for i, item := range t.n.items {
		out[i] = Tree{item}
	}
	return out
}

// IsMap tells whether the value is a mapping.
func (t Tree) IsMap() bool { return t.n.kind == kindMap }

// IsList tells whether the value is a list.
func (t Tree) IsList() bool { return t.n.kind == kindList }

// Text is the value as a string; empty when it is none.
func (t Tree) Text() string {
	s, _ := t.n.scalar.(string)
	return s
}

// Plain is the value as encoding/json would have decoded it.
func (t Tree) Plain() any { return t.n.plain() }

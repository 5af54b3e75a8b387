package resolve

import (
	"regexp"
	"sort"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/load"
)

var typePattern = regexp.MustCompile(`^(const )?([a-z][a-z0-9_]*)(\*)?$`)

var scalars = map[string]struct {
	scalar ir.Scalar
	c      string
	size   int64
}{
	"u32": {ir.U32, "uint32_t", 4}, "i32": {ir.I32, "int32_t", 4}, "u64": {ir.U64, "uint64_t", 8}, "i64": {ir.I64, "int64_t", 8},
	"char": {ir.Char, "char", 1}, "void": {ir.Void, "void", 0},
}

func (r *resolver) typ(p load.Pos, text string) ir.Type {
	m := typePattern.FindStringSubmatch(text)
	if m == nil {
		r.fail(p, "type %q is not of the form [const ]name[*]", text)
		return ir.Type{Size: 8}
	}
	t := ir.Type{Spec: text, Const: m[1] != "", Pointer: m[3] != ""}
	if s, ok := scalars[m[2]]; ok {
		t.Scalar, t.C, t.Size = s.scalar, s.c, s.size
	} else if rec, ok := r.structOf[m[2]]; ok {
		t.Scalar, t.Record, t.C, t.Size = ir.Record, rec, rec.C, rec.Size
	} else {
		r.fail(p, "type %q names no scalar and no struct", text)
		return ir.Type{Size: 8}
	}
	if t.Const {
		t.C = "const " + t.C
	}
	if t.Pointer {
		t.C += " *"
		t.Size = 8
	} else if t.Scalar == ir.Char || t.Scalar == ir.Void || t.Scalar == ir.Record || t.Const {
		r.fail(p, "type %q must be a pointer: nothing but numbers is passed by value", text)
		t.Size = 8
	}
	return t
}

func (r *resolver) field(f load.Field, owner string) *ir.Field {
	out := &ir.Field{
		Names: ir.NewNames(f.Name), Type: r.typ(f.Pos, f.Type), Unit: f.Unit, Reserved: f.Reserved,
		Operation: f.Operation, Error: f.Error,
	}
	if f.Reserved {
		out.Doc = "Must be 0."
		if f.Doc != "" {
			r.fail(f.Pos, "%s.%s: a reserved field has no doc of its own", owner, f.Name)
		}
	} else {
		out.Doc = withUnit(r.doc(f.Pos, owner+"."+f.Name, f.Doc), f.Unit)
	}
	for _, g := range f.Flags {
		group, ok := r.groupNames[g]
		if !ok || !group.Flags {
			r.fail(f.Pos, "%s.%s: %q is not a group of flags", owner, f.Name, g)
			continue
		}
		out.Groups = append(out.Groups, group)
	}
	if f.Enum != "" {
		group, ok := r.groupNames[f.Enum]
		if !ok || group.Flags {
			r.fail(f.Pos, "%s.%s: %q is not a group of plain values", owner, f.Name, f.Enum)
		}
		out.Enum = group
	}
	return out
}

// layout gives every field its offset. Padding is never left to a compiler.
func (r *resolver) layout(p load.Pos, what string, fields []load.Field) ([]*ir.Field, int64) {
	var out []*ir.Field
	var offset int64
	names := newUniques[string](r)
	for _, f := range fields {
		names.add(f.Pos, "field", f.Name)
		field := r.field(f, what)
		if field.Type.Size > 0 && offset%field.Type.Size != 0 {
			r.fail(f.Pos, "%s.%s would be padded: at offset %d it needs a multiple of %d; put a reserved field before it", what, f.Name, offset, field.Type.Size)
		}
		field.Offset = offset
		offset += field.Type.Size
		out = append(out, field)
	}
	if offset%8 != 0 {
		r.fail(p, "%s ends at offset %d: fill the last 8 bytes with a reserved field", what, offset)
	}
	return out, offset
}

func (r *resolver) structs() {
	r.structOf = map[string]*ir.Struct{}
	// In the order of names, so that a struct may point to another without an order of declaration.
	list := append([]load.Struct(nil), r.spec.API.Structs...)
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Args != list[j].Args {
			return list[j].Args
		}
		return list[i].Name < list[j].Name
	})
	names := newUniques[string](r)
	for _, s := range list {
		if !names.add(s.Pos, "struct", s.Name) {
			continue
		}
		out := &ir.Struct{Names: ir.NewNames(s.Name), C: "aya_" + s.Name, Doc: r.doc(s.Pos, "struct "+s.Name, s.Doc), Args: s.Args}
		out.Fields, out.Size = r.layout(s.Pos, s.Name, s.Fields)
		if s.Args {
			out.Size += r.out.Words * 8
		}
		if out.Size != s.Size {
			r.fail(s.Pos, "struct %s says size %d, but its fields make %d", s.Name, s.Size, out.Size)
		}
		r.structOf[s.Name] = out
		r.out.Structs = append(r.out.Structs, out)
	}
}

// withUnit adds the unit to a text that does not name it.
func withUnit(doc, unit string) string {
	if unit == "" || strings.Contains(doc, unit) {
		return doc
	}
	return doc + " In " + unit + "."
}

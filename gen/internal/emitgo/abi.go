package emitgo

import (
	"github.com/dave/jennifer/jen"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// abi prints numbers and layouts, with asserts that the compiler evaluates.
func abi(s *ir.Spec) *jen.File {
	f := newFile("core", "spec/api.yaml", "")
	f.Comment("ABIVersion is the version of every number and layout in this file.")
	f.Const().Id("ABIVersion").Uint32().Op("=").Lit(int(s.ABIVersion))

	f.Comment("Op is the number of an operation.")
	f.Type().Id("Op").Uint32()
	f.Comment("The operations.")
	f.Const().DefsFunc(func(g *jen.Group) {
		for _, o := range s.Operations {
			g.Add(named("Op"+o.Names.Go, o.Doc))
			g.Id("Op" + o.Names.Go).Id("Op").Op("=").Lit(int(o.Number))
		}
	})
	f.Comment("String is the operation's name in the specification.")
	f.Func().Params(jen.Id("o").Id("Op")).Id("String").Params().String().Block(
		jen.Switch(jen.Id("o")).BlockFunc(func(g *jen.Group) {
			for _, o := range s.Operations {
				g.Case(jen.Id("Op" + o.Names.Go)).Block(jen.Return(jen.Lit(o.Names.Snake)))
			}
		}),
		jen.Return(jen.Lit("unknown operation")),
	)

	for _, g := range s.Groups {
		group(f, g)
	}
	for _, st := range s.Structs {
		structure(f, st, s.Words)
	}
	for _, list := range [][]*ir.Operation{s.Operations, s.TestOps} {
		for _, o := range list {
			f.Comment(o.Args.Names.Go + " are the arguments of " + o.Names.Snake + ".")
			fields(f, o.Args, 0)
		}
	}
	asserts(f, s)
	return f
}

func group(f *jen.File, g *ir.Group) {
	if g.GoType != "" {
		f.Add(named(g.GoType, g.Doc))
		f.Type().Id(g.GoType).Int32()
	}
	f.Add(doc(g.Doc))
	f.Const().DefsFunc(func(defs *jen.Group) {
		for _, v := range g.Values {
			defs.Add(named(v.Go, v.Doc))
			t := jen.Uint32()
			if g.GoType != "" {
				t = jen.Id(g.GoType)
			}
			defs.Id(v.Go).Add(t).Op("=").Lit(int(v.Number))
		}
	})
}

func structure(f *jen.File, st *ir.Struct, words int64) {
	f.Add(named(st.Names.Go, st.Doc))
	if st.Args {
		fields(f, st, words)
	} else {
		fields(f, st, 0)
	}
}

func fields(f *jen.File, st *ir.Struct, words int64) {
	f.Type().Id(st.Names.Go).StructFunc(func(g *jen.Group) {
		for _, field := range st.Fields {
			g.Add(doc(field.Doc))
			g.Id(field.Names.Go).Add(goType(field))
		}
		if words > 0 {
			g.Comment("Args holds the operation's own arguments; see the …Args types. Words that it does not use are 0.")
			g.Id("Args").Index(jen.Lit(int(words))).Uint64()
		}
	})
}

// asserts states every size and offset as an assignment between array types, which does not compile when they differ
// and then names both numbers.
func asserts(f *jen.File, s *ir.Spec) {
	assert := func(g *jen.Group, want int64, have *jen.Statement) {
		g.Id("_").Index(jen.Lit(int(want))).Byte().Op("=").Index(have).Byte().Values()
	}
	one := func(st *ir.Struct) {
		f.Var().DefsFunc(func(g *jen.Group) {
			assert(g, st.Size, jen.Qual("unsafe", "Sizeof").Call(jen.Id(st.Names.Go).Values()))
			for _, field := range st.Fields {
				assert(g, field.Offset, jen.Qual("unsafe", "Offsetof").Call(jen.Id(st.Names.Go).Values().Dot(field.Names.Go)))
			}
			if st.Args {
				assert(g, st.Size-s.Words*8, jen.Qual("unsafe", "Offsetof").Call(jen.Id(st.Names.Go).Values().Dot("Args")))
			}
		})
	}
	f.Comment("Sizes and offsets, checked by the compiler: the layouts are those of the C header.")
	for _, st := range s.Structs {
		one(st)
	}
	for _, o := range s.Operations {
		one(o.Args)
	}
}

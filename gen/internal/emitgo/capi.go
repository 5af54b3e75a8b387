package emitgo

import (
	"github.com/dave/jennifer/jen"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// exports prints the C functions, whose Go names cgo wants to be the C names. The file names no C type, since its own preamble would then have to include the
// header, whose prototypes (with const) clash with those that cgo writes; layout.gen.go proves that the types agree.
func exports(s *ir.Spec) *jen.File {
	f := newFile("main", "spec/functions.yaml", "")
	f.CgoPreamble("#include <stdint.h>")
	for _, fn := range s.Functions {
		f.Add(named(fn.C, fn.Doc))
		f.Comment("//")
		f.Comment("//export " + fn.C)
		f.Func().Id(fn.C).ParamsFunc(func(g *jen.Group) {
			for _, p := range fn.Params {
				g.Id(p.Names.Lower).Add(exportType(p.Type))
			}
		}).Do(func(st *jen.Statement) {
			if fn.Return != nil {
				st.Params(jen.Id("result").Add(scalar(fn.Return.Scalar)))
			}
		}).BlockFunc(func(g *jen.Group) {
			if fn.Guard {
				queue, result := jen.Lit(0), jen.Nil()
				if fn.Queue != nil {
					queue = jen.Id(fn.Queue.Names.Lower)
				}
				if fn.Return != nil {
					result = jen.Op("&").Id("result")
				}
				g.Defer().Id("guard").Call(queue, result)
			}
			call := jen.Id(fn.Names.Lower).CallFunc(func(g *jen.Group) {
				for _, p := range fn.Params {
					g.Add(argument(p))
				}
			})
			if fn.Return != nil {
				g.Return(call)
			} else {
				g.Add(call)
			}
		})
	}
	return f
}

// exportType is the type of an exported parameter: cgo accepts plain numbers and unsafe.Pointer.
func exportType(t ir.Type) *jen.Statement {
	if t.Pointer {
		return jen.Qual("unsafe", "Pointer")
	}
	return scalar(t.Scalar)
}

// argument converts a parameter to what the hand-written function takes.
func argument(p *ir.Field) *jen.Statement {
	id := jen.Id(p.Names.Lower)
	if !p.Type.Pointer {
		return id
	}
	switch {
	case p.Type.Record != nil:
		return jen.Parens(jen.Op("*").Qual(corePath, p.Type.Record.Names.Go)).Call(id)
	case p.Type.Scalar == ir.Void:
		return id
	case p.Type.Scalar == ir.Char:
		return jen.Parens(jen.Op("*").Byte()).Call(id)
	default:
		return jen.Parens(jen.Op("*").Add(scalar(p.Type.Scalar))).Call(id)
	}
}

// layout prints the proof that the header's structs and core's are the same bytes.
func layout(s *ir.Spec) *jen.File {
	f := newFile("main", "spec/api.yaml", "")
	f.CgoPreamble("#include <stddef.h>\n#include \"ayafileio.h\"")
	f.Comment("The header's layouts against core's, checked by the compiler.")
	one := func(st *ir.Struct) {
		f.Var().DefsFunc(func(g *jen.Group) {
			core := jen.Qual(corePath, st.Names.Go).Values()
			g.Id("_").Index(jen.Qual("C", "sizeof_"+st.C)).Byte().Op("=").Index(jen.Qual("unsafe", "Sizeof").Call(core)).Byte().Values()
			assert := func(c, goName string) {
				g.Id("_").Index(jen.Qual("unsafe", "Offsetof").Call(jen.Qual("C", st.C).Values().Dot(c))).Byte().Op("=").
					Index(jen.Qual("unsafe", "Offsetof").Call(core.Clone().Dot(goName))).Byte().Values()
			}
			for _, field := range st.Fields {
				assert(field.Names.Snake, field.Names.Go)
			}
			if st.Args {
				assert("args", "Args")
			}
		})
	}
	for _, st := range s.Structs {
		one(st)
	}
	for _, o := range s.Operations {
		one(o.Args)
	}
	return f
}

package emitgo

import (
	"github.com/dave/jennifer/jen"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

func dispatchParams() []jen.Code {
	return []jen.Code{jen.Id("q").Op("*").Id("Queue"), jen.Id("s").Op("*").Id("Submission"), jen.Id("c").Op("*").Id("Completion")}
}

func refuse(name string) jen.Code { return jen.Return(jen.Op("-").Id("Status").Call(jen.Id(name))) }

// dispatch prints the switch from an operation number to the hand-written function of core.
func dispatch(s *ir.Spec) *jen.File {
	f := newFile("core", "spec/api.yaml", "")
	f.Add(doc("dispatch checks what every operation has in common (reserved fields, unused words, unknown flags, the file's handle) and calls the operation's own function. A negative answer is a usage error; nothing was started."))
	f.Func().Id("dispatch").Params(dispatchParams()...).Id("Status").Block(
		jen.If(jen.Id("s").Dot("Flags").Op("!=").Lit(0).Op("||").Id("s").Dot("Reserved").Op("!=").Lit(0)).Block(refuse("EINVAL")),
		jen.Switch(jen.Id("s").Dot("Op")).BlockFunc(func(g *jen.Group) {
			for _, o := range s.Operations {
				g.Case(jen.Id("Op" + o.Names.Go)).BlockFunc(func(b *jen.Group) { call(b, o, s.Words) })
			}
		}),
		jen.Return(jen.Id("dispatchTest").Call(jen.Id("q"), jen.Id("s"), jen.Id("c"))),
	)
	return f
}

// call prints one case: checks, then the hand-written function.
func call(b *jen.Group, o *ir.Operation, words int64) {
	b.Id("a").Op(":=").Parens(jen.Op("*").Id(o.Args.Names.Go)).Call(jen.Qual("unsafe", "Pointer").Call(jen.Op("&").Id("s").Dot("Args")))
	var zero *jen.Statement
	or := func(part *jen.Statement) {
		if zero == nil {
			zero = part
		} else {
			zero = zero.Op("|").Add(part)
		}
	}
	for w := o.UsedWords(); w < words; w++ {
		or(jen.Id("s").Dot("Args").Index(jen.Lit(int(w))))
	}
	if !o.OnFile {
		or(jen.Id("s").Dot("File"))
	}
	for _, field := range o.Args.Fields {
		switch {
		case field.Reserved:
			or(jen.Uint64().Call(jen.Id("a").Dot(field.Names.Go)))
		case len(field.Groups) > 0:
			or(jen.Uint64().Call(jen.Id("a").Dot(field.Names.Go).Op("&^").Lit(int(field.FlagMask()))))
		}
	}
	if zero != nil {
		b.If(zero.Op("!=").Lit(0)).Block(refuse("EINVAL"))
	}
	for _, field := range o.Args.Fields {
		if field.Enum != nil {
			last := field.Enum.Values[len(field.Enum.Values)-1]
			b.If(jen.Id("a").Dot(field.Names.Go).Op(">").Id(last.Go)).Block(refuse("EINVAL"))
		}
	}
	args := []jen.Code{jen.Id("q")}
	if o.OnFile {
		b.List(jen.Id("f"), jen.Id("ok")).Op(":=").Id("lookupFile").Call(jen.Id("s").Dot("File"))
		b.If(jen.Op("!").Id("ok")).Block(refuse("EBADF"))
		args = append(args, jen.Id("f"))
	}
	args = append(args, jen.Id("a"), jen.Id("s"), jen.Id("c"))
	call := jen.Id("op" + o.Names.Go).Call(args...)
	if o.OnFile {
		// A pending operation keeps the file's reference until it ends.
		call = jen.Id("f").Dot("settled").Call(jen.Id("q"), call)
	}
	b.Return(call)
}

// dispatchTest prints the operations that exist only with the build tag ayatest.
func dispatchTest(s *ir.Spec) *jen.File {
	f := newFile("core", "spec/api.yaml", "ayatest")
	f.Comment("The operations of the test build.")
	f.Const().DefsFunc(func(g *jen.Group) {
		for _, o := range s.TestOps {
			g.Id("Op" + o.Names.Go).Id("Op").Op("=").Lit(int(o.Number))
		}
	})
	f.Comment("dispatchTest knows the operations of the test build; every other number is unknown.")
	f.Func().Id("dispatchTest").Params(dispatchParams()...).Id("Status").Block(
		jen.Switch(jen.Id("s").Dot("Op")).BlockFunc(func(g *jen.Group) {
			for _, o := range s.TestOps {
				g.Case(jen.Id("Op" + o.Names.Go)).BlockFunc(func(b *jen.Group) { call(b, o, s.Words) })
			}
		}),
		refuse("ENOSYS"),
	)
	return f
}

// dispatchRelease prints the counterpart of dispatchTest in every other build.
func dispatchRelease() *jen.File {
	f := newFile("core", "spec/api.yaml", "!ayatest")
	f.Comment("dispatchTest refuses every number: the operations behind it exist only with the build tag ayatest.")
	f.Func().Id("dispatchTest").Params(dispatchParams()...).Id("Status").Block(refuse("ENOSYS"))
	return f
}

package emitgo

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// goosFile is the file name part of a system. "other" avoids the suffix _unix, which means something to Go.
func goosFile(s ir.System) string {
	if s == ir.Unix {
		return "other"
	}
	return string(s)
}

// goosTag is the build constraint of a system that its file name does not carry.
func goosTag(s ir.System) string {
	if s == ir.Unix {
		return "!linux && !darwin && !windows"
	}
	return ""
}

func errorTable(s *ir.Spec) *jen.File {
	f := newFile("core", "spec/errors.yaml", "")
	f.Comment("Error is an error's fixed number, the same on every system and in every language; 0 is success.")
	f.Type().Id("Error").Int32()
	f.Comment("The closed table of errors.")
	f.Const().DefsFunc(func(g *jen.Group) {
		g.Comment("EOK: no error.")
		g.Id("EOK").Id("Error").Op("=").Lit(0)
		for _, e := range s.Errors {
			g.Add(doc(e.Name + ": " + e.Doc))
			g.Id(e.Name).Id("Error").Op("=").Lit(int(e.Number))
		}
	})
	f.Type().Id("errorSpec").Struct(jen.Id("name").String(), jen.Id("message").String())
	f.Comment("errorTable holds the name and the English message of each number; gaps are empty.")
	f.Var().Id("errorTable").Op("=").Index(jen.Op("...")).Id("errorSpec").BlockFunc(func(g *jen.Group) {
		g.Id("EOK").Op(":").Values(jen.Lit("EOK"), jen.Lit("Success")).Op(",")
		for _, e := range s.Errors {
			g.Id(e.Name).Op(":").Values(jen.Lit(e.Name), jen.Lit(e.Message)).Op(",")
		}
	})
	known := jen.Id("e").Op("<").Lit(0).Op("||").Int().Call(jen.Id("e")).Op(">=").Len(jen.Id("errorTable")).Op("||").Id("errorTable").Index(jen.Id("e")).Dot("name").Op("==").Lit("")
	f.Comment("Name is the error's name, for example ENOENT; empty for a number that is not in the table.")
	f.Func().Params(jen.Id("e").Id("Error")).Id("Name").Params().String().Block(
		jen.If(known.Clone()).Block(jen.Return(jen.Lit(""))),
		jen.Return(jen.Id("errorTable").Index(jen.Id("e")).Dot("name")),
	)
	f.Comment("Error is the error's message in English.")
	f.Func().Params(jen.Id("e").Id("Error")).Id("Error").Params().String().Block(
		jen.If(known.Clone()).Block(jen.Return(jen.Lit("unknown error number"))),
		jen.Return(jen.Id("errorTable").Index(jen.Id("e")).Dot("message")),
	)
	return f
}

// nativeErrors prints one system's table as a switch, which the compiler checks for codes named twice.
func nativeErrors(s *ir.Spec, system ir.System) *jen.File {
	f := newFile("core", "spec/errors.yaml", goosTag(system))
	f.Comment(fmt.Sprintf("errorOf translates a native code of this system (%s). 0 is EOK; what is not listed is EUNKNOWN.", system))
	f.Func().Id("errorOf").Params(jen.Id("errno").Qual(corePath+"/internal/sys", "Errno")).Id("Error").Block(
		jen.Switch(jen.Id("errno")).BlockFunc(func(g *jen.Group) {
			g.Case(jen.Lit(0)).Block(jen.Return(jen.Id("EOK")))
			for _, e := range s.Errors {
				for _, n := range e.Native[system] {
					if n.Number != 0 {
						g.Case(jen.Lit(int(n.Number))).Block(jen.Comment(n.Name+": "+n.From), jen.Return(jen.Id(e.Name)))
					} else {
						g.Case(jen.Qual("syscall", n.Name)).Block(jen.Comment(n.From), jen.Return(jen.Id(e.Name)))
					}
				}
			}
		}),
		jen.Return(jen.Id("EUNKNOWN")),
	)
	return f
}

func options(s *ir.Spec) *jen.File {
	f := newFile("core", "spec/options.yaml", "")
	f.Comment("optionIndex is an option's place in optionTable.")
	f.Type().Id("optionIndex").Int()
	f.Const().DefsFunc(func(g *jen.Group) {
		for _, o := range s.Options {
			g.Add(doc("option" + o.Names.Go + ": " + lowerFirst(o.Doc)))
			g.Id("option" + o.Names.Go).Id("optionIndex").Op("=").Lit(int(o.Number))
		}
	})
	f.Type().Id("optionKind").Uint8()
	f.Const().Defs(
		jen.Comment("optionInteger is a number in the option's unit."),
		jen.Id("optionInteger").Id("optionKind").Op("=").Iota(),
		jen.Comment("optionSwitch is 0 or 1."),
		jen.Id("optionSwitch"),
	)
	f.Type().Id("optionSpec").Struct(
		jen.Id("Name").String(),
		jen.Id("Default").Int64(),
		jen.Id("Min").Int64(),
		jen.Id("Max").Int64(),
		jen.Id("Kind").Id("optionKind"),
	)
	f.Comment("optionTable lists the options in the order of their numbers.")
	f.Var().Id("optionTable").Op("=").Index(jen.Op("...")).Id("optionSpec").BlockFunc(func(g *jen.Group) {
		for _, o := range s.Options {
			kind := "optionInteger"
			if o.Switch {
				kind = "optionSwitch"
			}
			g.Values(jen.Dict{
				jen.Id("Name"): jen.Lit(o.Names.Snake), jen.Id("Default"): jen.Lit(int(o.Default)), jen.Id("Min"): jen.Lit(int(o.Min)),
				jen.Id("Max"): jen.Lit(int(o.Max)), jen.Id("Kind"): jen.Id(kind),
			}).Op(",")
		}
	})
	return f
}

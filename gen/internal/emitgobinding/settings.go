package emitgobinding

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// settings prints the options as fields, with the functions that carry them to the core and back.
func settings(s *ir.Spec) *jen.File {
	f := newFile("spec/options.yaml")
	f.Add(doc("Configuration holds all settings of the process. Take it from [Config], change what should be different, and give it to [Configure]."))
	f.Type().Id("Configuration").StructFunc(func(g *jen.Group) {
		for i, o := range s.Options {
			if i > 0 {
				g.Line()
			}
			g.Add(doc(optionDoc(o)))
			if o.Switch {
				g.Id(o.Names.Go).Bool()
			} else {
				g.Id(o.Names.Go).Int64()
			}
		}
	})
	f.Add(doc("currentConfiguration asks the core for every setting."))
	f.Func().Id("currentConfiguration").Params().Id("Configuration").Block(
		jen.Return(jen.Id("Configuration").Values(jen.DictFunc(func(d jen.Dict) {
			for _, o := range s.Options {
				value := jen.Id("setting").Call(jen.Lit(o.Names.Snake))
				if o.Switch {
					value = value.Op("!=").Lit(0)
				}
				d[jen.Id(o.Names.Go)] = value
			}
		}))),
	)
	f.Add(doc("rows lists the settings in the order of their numbers, with what is allowed."))
	f.Func().Params(jen.Id("c").Op("*").Id("Configuration")).Id("rows").Params().Index().Id("settingRow").Block(
		jen.Return(jen.Index().Id("settingRow").BlockFunc(func(g *jen.Group) {
			for _, o := range s.Options {
				value := jen.Id("c").Dot(o.Names.Go)
				if o.Switch {
					value = jen.Id("switchValue").Call(value)
				}
				g.Values(jen.Lit(o.Names.Snake), jen.Lit(o.Names.Go), value, jen.Lit(int(o.Min)), jen.Lit(int(o.Max))).Op(",")
			}
		})),
	)
	return f
}

func optionDoc(o *ir.Option) string {
	text := strings.TrimSpace(o.Doc)
	if !o.Switch {
		text += fmt.Sprintf(" From %d to %d %s, at first %d.", o.Min, o.Max, o.Unit, o.Default)
	}
	if o.Platform != "all" {
		text += " Kept and ignored on other systems than " + o.Platform + "."
	}
	return text + " Applies " + o.Applies + "."
}

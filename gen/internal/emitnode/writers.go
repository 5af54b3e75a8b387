package emitnode

import (
	"fmt"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// writer prints the function that writes one operation into the shared memory. A pointer to bytes is the place in the
// memory that is handed over with the submission; a list of segments is filled in by the addon.
func writer(s *ir.Spec, o *ir.Operation) string {
	var b strings.Builder
	var params []string
	if o.OnFile {
		params = append(params, "low", "high")
	}
	fields := submission(s)
	lines := []string{fmt.Sprintf("lanes[%d] = %d;", fields["op"], o.Number)}
	file := fields["file"]
	if o.OnFile {
		lines = append(lines, fmt.Sprintf("lanes[%d] = low;", file), fmt.Sprintf("lanes[%d] = high;", file+1))
	} else {
		lines = append(lines, fmt.Sprintf("lanes[%d] = 0;", file), fmt.Sprintf("lanes[%d] = 0;", file+1))
	}
	segments := false
	for _, f := range o.Args.Fields {
		lane := s.ArgsLane() + f.Offset/4
		switch {
		case f.Reserved, segments:
			continue
		case f.Type.Pointer && f.Type.Scalar == ir.Record && f.Type.Record.Names.Snake == "segment":
			segments = true
			continue
		case f.Type.Pointer:
			params = append(params, "place")
			lines = append(lines, fmt.Sprintf("put64(%d, place);", lane))
		case f.Type.Size == 8:
			params = append(params, f.Names.Camel)
			lines = append(lines, fmt.Sprintf("put64(%d, %s);", lane, f.Names.Camel))
		default:
			params = append(params, f.Names.Camel)
			lines = append(lines, fmt.Sprintf("lanes[%d] = %s;", lane, f.Names.Camel))
		}
	}
	fmt.Fprintf(&b, "function %s(%s) {\n", o.Names.Camel, strings.Join(params, ", "))
	for _, l := range lines {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	b.WriteString("}")
	return b.String()
}

// submission finds the lane of each field before the arguments.
func submission(s *ir.Spec) map[string]int64 {
	out := map[string]int64{}
	for _, t := range s.Structs {
		if t.Args {
			for _, f := range t.Fields {
				out[f.Names.Snake] = f.Offset / 4
			}
		}
	}
	return out
}

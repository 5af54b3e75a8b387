package resolve

import (
	"sort"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
)

// raises are the ways the extension can raise. What the table calls by a subclass of OSError is raised as OSError with
// an errno: Python itself picks the subclass.
var raises = map[string]string{
	"OSError": "RAISES_OS_ERROR", "BlockingIOError": "RAISES_OS_ERROR", "BrokenPipeError": "RAISES_OS_ERROR",
	"FileExistsError": "RAISES_OS_ERROR", "FileNotFoundError": "RAISES_OS_ERROR", "InterruptedError": "RAISES_OS_ERROR",
	"IsADirectoryError": "RAISES_OS_ERROR", "NotADirectoryError": "RAISES_OS_ERROR", "PermissionError": "RAISES_OS_ERROR",
	"TimeoutError":            "RAISES_OS_ERROR",
	"ValueError":              "RAISES_VALUE_ERROR",
	"RuntimeError":            "RAISES_RUNTIME_ERROR",
	"MemoryError":             "RAISES_MEMORY_ERROR",
	"io.UnsupportedOperation": "RAISES_UNSUPPORTED",
}

func (r *resolver) python() {
	p := &ir.Python{}
	kinds := map[string]bool{}
	for _, k := range raises {
		kinds[k] = true
	}
	for k := range kinds {
		p.Kinds = append(p.Kinds, k)
	}
	sort.Strings(p.Kinds)
	for _, e := range r.spec.Errors.Errors {
		kind, ok := raises[e.Raises.Python]
		if !ok {
			r.fail(e.Raises.Pos, "%s: the extension cannot raise %s", e.Name, e.Raises.Python)
		}
		row := ir.ErrorRow{Number: e.Number, Errno: "0", Raises: kind, Message: e.Message}
		if e.Native != nil && len(e.Native.Posix) > 0 {
			row.Errno = e.Native.Posix[0].Code
		}
		p.Rows = append(p.Rows, row)
	}
	sort.Slice(p.Rows, func(i, j int) bool { return p.Rows[i].Number < p.Rows[j].Number })
	r.out.Python = p
}

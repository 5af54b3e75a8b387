package emitcases

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ayafileio/ayafileio/gen/internal/ir"
	"github.com/ayafileio/ayafileio/gen/internal/output"
)

// cTables prints the cases as C data: each submission is an initialiser of aya_submission, in the words of the public
// header, so that the compiler checks the header's names while it reads the cases.
func cTables(s *ir.Spec) output.File {
	var b bytes.Buffer
	b.WriteString("/* " + output.Marker + "conformance; DO NOT EDIT. */\n")
	b.WriteString(cTypes)
	t := cTable{out: &b, spec: s}
	t.places()
	b.WriteString("\nstatic const struct test_case cases[] = {\n")
	for _, c := range s.Conformance.Cases {
		if c.Cannot["c"] == "" {
			t.testCase(c)
		}
	}
	b.WriteString("};\n")
	return output.File{Path: "capi/conformance/cases.gen.h", Data: b.Bytes()}
}

// cTypes are the shapes of the tables below.
const cTypes = `
enum kind { OPERATION, WAIT, CANCEL, DRAIN, CONFIGURE, CONTENT, CHANGE, PIPE, FEED, HANG_UP };
enum file_kind { NOTHING, PLAIN, HOLE, DIRECTORY, FIFO, LINK, FORBIDDEN };
enum descriptor { NONE, NUMBER, PIPE_END, OPENED };

/* Bytes of a case: a text, repeated up to its length, or a pattern in which every byte tells its offset. */
struct bytes { const char *text; uint64_t unit, length, offset; int pattern; };
struct check { const char *field; size_t offset, size; int64_t value; };
struct expectation {
    int32_t error[4], refused[4];
    int error_count, refused_count, has_result, has_at_least, has_data, segment_count, check_count;
    int64_t result, at_least;
    struct bytes data;
    const struct expectation *segments;
    const struct check *checks;
};
struct part { int64_t offset; uint64_t room; struct bytes data; };
struct step {
    enum kind kind;
    int file, as, start, queue, pipe, end, absent, has_data, has_room, has_number, segment_count;
    enum descriptor descriptor;
    struct bytes path, data;
    uint64_t room;
    int64_t number;
    const struct part *segments;
    aya_submission submission;
    struct expectation expect;
};
struct test_case {
    const char *name;
    struct { const char *name; int64_t value; } options[4];
    struct { const char *name; enum file_kind kind; struct bytes content; } files[4];
    int step_count;
    const struct step *steps;
};
`

type cTable struct {
	out  *bytes.Buffer
	spec *ir.Spec

	files, started, pipes cNames // of one case
}

// cNames numbers the names of a case, from 1.
type cNames map[any]int

func (n cNames) of(name any) int {
	if n[name] == 0 {
		n[name] = len(n) + 1
	}
	return n[name]
}

// places prints where the memory of an operation goes: its pointer, and the length behind it.
func (t *cTable) places() {
	t.out.WriteString("\nstatic void place(aya_submission *s, void *memory, uint64_t length)\n{\n    switch (s->op) {\n")
	for _, o := range t.spec.Operations {
		for i, f := range o.Args.Fields {
			if !f.Type.Pointer {
				continue
			}
			member := "s->args." + o.Names.Snake + "."
			fmt.Fprintf(t.out, "    case %s:\n        %s%s = memory;\n", o.C, member, f.Names.Snake)
			if i+1 < len(o.Args.Fields) && o.Args.Fields[i+1].Names.Snake != "reserved" {
				fmt.Fprintf(t.out, "        %s%s = length;\n", member, o.Args.Fields[i+1].Names.Snake)
			} else {
				t.out.WriteString("        (void)length;\n")
			}
			t.out.WriteString("        break;\n")
		}
	}
	t.out.WriteString("    }\n}\n")
}

func (t *cTable) testCase(c *ir.Case) {
	t.files, t.started, t.pipes = cNames{}, cNames{}, cNames{}
	fmt.Fprintf(t.out, "    {.name = %q", c.Name)
	if options, ok := c.Body["options"].(map[string]any); ok {
		t.out.WriteString(", .options = {")
		for _, name := range sortedKeys(options) {
			fmt.Fprintf(t.out, "{%q, %d}, ", name, options[name])
		}
		t.out.WriteString("}")
	}
	if files, ok := c.Body["files"].(map[string]any); ok {
		t.out.WriteString(", .files = {")
		for _, name := range sortedKeys(files) {
			fmt.Fprintf(t.out, "{%q, %s}, ", name, t.file(files[name]))
		}
		t.out.WriteString("}")
	}
	fmt.Fprintf(t.out, ", .step_count = %d, .steps = (const struct step[]){\n", len(c.Steps))
	for _, step := range c.Steps {
		fmt.Fprintf(t.out, "        {%s},\n", strings.Join(t.step(step), ", "))
	}
	t.out.WriteString("    }},\n")
}

func (t *cTable) file(content any) string {
	special, _ := content.(map[string]any)
	switch {
	case special["directory"] != nil:
		return ".kind = DIRECTORY"
	case special["fifo"] != nil:
		return ".kind = FIFO"
	case special["forbidden"] != nil:
		return ".kind = FORBIDDEN"
	case special["link"] != nil:
		return fmt.Sprintf(".kind = LINK, .content = %s", cBytes(special["link"]))
	case special["hole"] != nil:
		return fmt.Sprintf(".kind = HOLE, .content = {.length = %d}", special["hole"])
	}
	return ".kind = PLAIN, .content = " + cBytes(content)
}

// step lists the fields of one struct step.
func (t *cTable) step(s ir.Step) []string {
	b := s.Body
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	has := func(key string) bool { return b[key] != nil }
	if has("file") {
		add(".file = %d", t.files.of(b["file"]))
	}
	if has("as") {
		add(".as = %d", t.files.of(b["as"]))
	}
	if has("start") {
		add(".start = %d", t.started.of(b["start"]))
	}
	if has("queue") {
		add(".queue = %d", b["queue"].(int64)-1)
	}
	switch {
	case s.Op != nil:
		out = append([]string{".kind = OPERATION"}, out...)
		out = append(out, t.submission(s.Op, b)...)
	case has("wait"):
		add(".kind = WAIT, .start = %d", t.started.of(b["wait"]))
	case has("cancel"):
		add(".kind = CANCEL, .start = %d", t.started.of(b["cancel"]))
	case has("drain"):
		add(".kind = DRAIN")
	case has("configure"):
		option := b["configure"].(map[string]any)
		add(".kind = CONFIGURE, .path = %s, .number = %d", cBytes(option["name"]), option["value"])
	case has("content"):
		add(".kind = CONTENT, .path = %s", cBytes(b["content"]))
		if has("is") {
			add(".has_data = 1, .data = %s", cBytes(b["is"]))
		}
		if has("absent") {
			add(".absent = 1")
		}
		if has("size") {
			add(".has_number = 1, .number = %d", b["size"])
		}
	case has("change"):
		add(".kind = CHANGE, .path = %s, .data = %s", cBytes(b["change"]), cBytes(b["append"]))
	case has("pipe"):
		add(".kind = PIPE, .pipe = %d", t.pipes.of(b["pipe"]))
	case has("feed"):
		add(".kind = FEED, .pipe = %d, .data = %s", t.pipes.of(b["feed"]), cBytes(b["data"]))
	case has("hang_up"):
		add(".kind = HANG_UP, .pipe = %d, .end = %d", t.pipes.of(b["hang_up"]), pipeEnd(b["end"], "write"))
	}
	expect, _ := b["expect"].(map[string]any)
	return append(out, t.expect(s.Op, expect)...)
}

func pipeEnd(v any, otherwise string) int {
	if v == nil {
		v = otherwise
	}
	if v == "write" {
		return 1
	}
	return 0
}

// submission prints the request in the header's words, and apart from it what needs memory or a descriptor.
func (t *cTable) submission(o *ir.Operation, body map[string]any) []string {
	args, _ := body["args"].(map[string]any)
	var fields, out []string
	for i, f := range o.Args.Fields {
		name := f.Names.Snake
		value, given := args[name]
		switch {
		case f.Type.Pointer && f.Type.Scalar == ir.Record && !isRecord(o, f):
			out = append(out, t.segments(value.([]any)))
		case f.Type.Pointer && name == "path":
			out = append(out, ".path = "+cBytes(value))
		case f.Type.Pointer && f.Type.Const:
			out = append(out, ".has_data = 1, .data = "+cBytes(value))
		case f.Type.Pointer && i+1 < len(o.Args.Fields) && args["length"] != nil:
			out = append(out, fmt.Sprintf(".has_room = 1, .room = %s", cNumber(args["length"])))
		case f.Type.Pointer:
			out = append(out, fmt.Sprintf(".has_room = 1, .room = sizeof(%s)", f.Type.Record.C))
		case !given:
		case name == "fd":
			out = append(out, t.descriptor(value))
		case len(f.Groups) > 0:
			fields = append(fields, fmt.Sprintf(".%s = %s", name, cFlags(value.([]any), f.Groups)))
		default:
			fields = append(fields, fmt.Sprintf(".%s = %s", name, cNumber(value)))
		}
	}
	initialiser := ".submission = {.op = " + o.C
	if len(fields) > 0 {
		initialiser += ", .args." + o.Names.Snake + " = {" + strings.Join(fields, ", ") + "}"
	}
	return append(out, initialiser+"}")
}

// recordChecks say where in the record a field is, and what it has to hold.
func recordChecks(o *ir.Operation, fields map[string]any) string {
	made := o.Args.Fields[len(o.Args.Fields)-1].Type.Record.C
	var checks []string
	for _, name := range sortedKeys(fields) {
		checks = append(checks, fmt.Sprintf("{%q, offsetof(%s, %s), sizeof((%s){0}.%s), %s}", name, made, name, made, name, cNumber(fields[name])))
	}
	return fmt.Sprintf(".check_count = %d, .checks = (const struct check[]){%s}", len(checks), strings.Join(checks, ", "))
}

func (t *cTable) descriptor(value any) string {
	source, ok := value.(map[string]any)
	if !ok {
		return ".descriptor = NUMBER, .number = " + cNumber(value)
	}
	if source["pipe"] != nil {
		return fmt.Sprintf(".descriptor = PIPE_END, .pipe = %d, .end = %d", t.pipes.of(source["pipe"]), pipeEnd(source["end"], "read"))
	}
	var open *ir.Group
	for _, g := range t.spec.Groups {
		if g.Names.Snake == "open" {
			open = g
		}
	}
	return fmt.Sprintf(".descriptor = OPENED, .path = %s, .number = %s", cBytes(source["path"]), cFlags(source["flags"].([]any), []*ir.Group{open}))
}

func (t *cTable) segments(list []any) string {
	var items []string
	for _, item := range list {
		part := item.(map[string]any)
		if part["data"] != nil {
			items = append(items, fmt.Sprintf("{.offset = %s, .data = %s}", cNumber(part["offset"]), cBytes(part["data"])))
		} else {
			items = append(items, fmt.Sprintf("{.offset = %s, .room = %s}", cNumber(part["offset"]), cNumber(part["length"])))
		}
	}
	return fmt.Sprintf(".segment_count = %d, .segments = (const struct part[]){%s}", len(list), strings.Join(append(items, "{.offset = 0}"), ", "))
}

func (t *cTable) expect(o *ir.Operation, e map[string]any) []string {
	var inner []string
	for _, key := range []string{"error", "refused"} {
		var names []any
		switch value := e[key].(type) {
		case string:
			names = []any{value}
		case []any:
			names = value
		default:
			continue
		}
		var codes []string
		for _, name := range names {
			if name == "none" {
				codes = append(codes, "0")
			} else {
				codes = append(codes, "AYA_"+name.(string))
			}
		}
		inner = append(inner, fmt.Sprintf(".%s = {%s}, .%s_count = %d", key, strings.Join(codes, ", "), key, len(codes)))
	}
	for _, key := range []string{"result", "at_least"} {
		if e[key] != nil {
			inner = append(inner, fmt.Sprintf(".has_%s = 1, .%s = %s", key, key, cNumber(e[key])))
		}
	}
	if e["data"] != nil {
		inner = append(inner, ".has_data = 1, .data = "+cBytes(e["data"]))
	}
	if fields, ok := e["record"].(map[string]any); ok {
		inner = append(inner, recordChecks(o, fields))
	}
	var parts []string
	list, _ := e["segments"].([]any)
	for _, item := range list {
		parts = append(parts, "{"+strings.Join(t.expect(o, item.(map[string]any)), "")+"}")
	}
	for i := range parts {
		parts[i] = strings.TrimSuffix(strings.TrimPrefix(parts[i], "{.expect = "), "}")
		if parts[i] == "{" {
			parts[i] = "{.error_count = 0}"
		}
	}
	if len(parts) > 0 {
		inner = append(inner, fmt.Sprintf(".segment_count = %d, .segments = (const struct expectation[]){%s}", len(parts), strings.Join(parts, ", ")))
	}
	if len(inner) == 0 {
		return nil
	}
	return []string{".expect = {" + strings.Join(inner, ", ") + "}"}
}

func cFlags(words []any, groups []*ir.Group) string {
	var out []string
	for _, word := range words {
		spelled := fmt.Sprintf("%vu", word)
		for _, g := range groups {
			for _, v := range g.Values {
				if v.Names.Snake == word {
					spelled = v.C
				}
			}
		}
		out = append(out, spelled)
	}
	if len(out) == 0 {
		return "0"
	}
	return strings.Join(out, " | ")
}

func cNumber(v any) string {
	switch n := v.(type) {
	case uint64: // the ABI has no such number; its bits are those of a negative one
		return cNumber(int64(n))
	case int64:
		if n == -1<<63 {
			return "INT64_MIN"
		}
		if n > 1<<31-1 || n < -1<<31 {
			return fmt.Sprintf("INT64_C(%d)", n)
		}
	}
	return fmt.Sprint(v)
}

// cBytes prints a description of bytes. Octal escapes have a fixed length; others would run into what follows.
func cBytes(v any) string {
	text := ""
	m, _ := v.(map[string]any)
	switch {
	case m["pattern"] != nil:
		offset := m["offset"]
		if offset == nil {
			offset = 0
		}
		return fmt.Sprintf("{.pattern = 1, .length = %d, .offset = %d}", m["pattern"], offset)
	case m["zeros"] != nil:
		return fmt.Sprintf("{.length = %s}", cNumber(m["zeros"]))
	case m["repeat"] != nil:
		text = m["repeat"].(string)
		return fmt.Sprintf("{%s, .unit = %d, .length = %d}", cText(text), len(text), int64(len(text))*m["count"].(int64))
	case m["hex"] != nil:
		raw, _ := hex.DecodeString(m["hex"].(string))
		text = string(raw)
	default:
		text, _ = v.(string)
	}
	return fmt.Sprintf("{%s, .unit = %d, .length = %d}", cText(text), len(text), len(text))
}

func cText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?' {
			fmt.Fprintf(&b, "\\%03o", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + "\""
}

package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// encode writes the arguments into the submission, at the places that the specification gives them.
func (r *caseRunner) encode(o *operation, args map[string]any) {
	for _, known := range r.api.Operations {
		if known.Name != o.name {
			continue
		}
		o.submission.Op = Op(known.Number)
		for i, field := range known.Args {
			value, given := args[field.Name]
			switch {
			case !given && (field.Name == "buffering" || field.Name == "position"):
				setArg(o, field.Offset, int64(asDefault))
			case !given && field.Name == "mode":
				setArg(o, field.Offset, uint32(createMode))
			case !given:
			case field.Name == "path":
				r.memory(o, field.Offset, []byte(r.path(value)))
			case field.Name == "fd":
				setArg(o, field.Offset, r.descriptor(o, value, args))
			case field.Name == "segments":
				r.parts(o, value.([]any))
				setArg(o, field.Offset, unsafe.Pointer(unsafe.SliceData(o.segments)))
				setArg(o, field.Offset+8, uint64(len(o.segments)))
			case field.Name == "data":
				r.memory(o, field.Offset, bytesOf(value))
			case field.Name == "length" && i > 0 && known.Args[i-1].Name == "data": // else it is a number like any other
				o.buffer = room(number(value))
				setArg(o, field.Offset-8, pointerTo(o.buffer))
				setArg(o, field.Offset, uint64(number(value)))
			case len(field.Flags) > 0:
				var flags int64
				for _, word := range value.([]any) {
					flags |= r.api.word(word, field.Flags...)
				}
				setArg(o, field.Offset, uint32(flags))
			case field.Enum != "":
				setArg(o, field.Offset, uint32(r.api.word(value, field.Enum)))
			case field.Type == "u32":
				setArg(o, field.Offset, uint32(number(value)))
			default:
				setArg(o, field.Offset, number(value))
			}
		}
	}
}

// memory passes bytes on, kept alive with the operation: a pointer, and the length behind it.
func (r *caseRunner) memory(o *operation, offset uintptr, data []byte) {
	o.kept = append(o.kept, data)
	setArg(o, offset, pointerTo(data))
	setArg(o, offset+8, uint64(len(data)))
}

func (r *caseRunner) parts(o *operation, list []any) {
	for _, item := range list {
		part := item.(map[string]any)
		var data []byte
		length := 0
		if part["data"] != nil {
			data = bytesOf(part["data"])
			length = len(data)
		} else {
			length = int(number(part["length"]))
			data = room(int64(length))
		}
		o.parts = append(o.parts, data)
		o.segments = append(o.segments, Segment{Offset: number(part["offset"]), Data: pointerTo(data), Length: uint64(length)})
	}
}

// descriptor is a number, an end of a pipe, or a file opened for the case. What wrap is to own is no longer ours.
func (r *caseRunner) descriptor(o *operation, value any, args map[string]any) int64 {
	source, ok := value.(map[string]any)
	if !ok {
		return number(value)
	}
	if name, ok := source["pipe"].(string); ok {
		end := endOf(source["end"], "read")
		fd := r.pipes[name][end]
		if slices.Contains(args["flags"].([]any), any("owns_fd")) {
			r.pipes[name][end] = -1
		}
		return int64(fd)
	}
	var flags sys.OpenFlags
	for _, word := range source["flags"].([]any) {
		flags |= sys.OpenFlags(r.api.word(word, "open"))
	}
	fd, errno := sys.Open(append([]byte(r.path(source["path"])), 0), flags, createMode)
	if errno != 0 {
		r.t.Fatal(errno)
	}
	o.lent = fd
	return int64(fd)
}

// compare holds the outcome against the expectation.
func (o *operation) compare(expect map[string]any) error {
	if expect["refused"] != nil || o.refused != EOK {
		return expectError(expect, "refused", o.refused)
	}
	c := &o.completion
	spilled := c.Spill != nil
	defer Release(c.Spill)
	if err := expectError(expect, "error", c.Error); err != nil {
		return fmt.Errorf("%w (result %d, native %d)", err, c.Result, c.Native)
	}
	length := max(len(o.buffer)-guard, 0)
	count := min(max(c.Result, 0), int64(length))
	if o.buffer != nil {
		end := int64(length)
		if c.Error == EOK && !spilled {
			end = count
		}
		if len(bytes.Trim(o.buffer[end:], string([]byte{untouched}))) > 0 {
			return fmt.Errorf("memory behind the %d bytes of the result was written to", end)
		}
	}
	if want, ok := expect["result"]; ok && c.Result != number(want) {
		return fmt.Errorf("the result is %d", c.Result)
	}
	if want, ok := expect["at_least"]; ok && c.Result < number(want) {
		return fmt.Errorf("the result is %d", c.Result)
	}
	if want, ok := expect["data"]; ok {
		got := o.buffer[:count:count]
		if spilled {
			got = append(got, unsafe.Slice((*byte)(c.Spill), c.Result-int64(length))...)
		}
		if err := compareBytes(got, bytesOf(want)); err != nil {
			return err
		}
	}
	return o.compareSegments(expect)
}

func (o *operation) compareSegments(expect map[string]any) error {
	list, _ := expect["segments"].([]any)
	for i, item := range list {
		want, got := item.(map[string]any), &o.segments[i]
		failure := Error(-min(got.Result, 0))
		if err := expectError(want, "error", failure); err != nil {
			return fmt.Errorf("segment %d: %w", i, err)
		}
		if want["result"] != nil && got.Result != number(want["result"]) {
			return fmt.Errorf("segment %d: the result is %d", i, got.Result)
		}
		if want["data"] != nil {
			if err := compareBytes(o.parts[i][:max(got.Result, 0)], bytesOf(want["data"])); err != nil {
				return fmt.Errorf("segment %d: %w", i, err)
			}
		}
	}
	return nil
}

// expectError: without an expectation there must be no error; a list allows any of its names.
func expectError(expect map[string]any, key string, got Error) error {
	name := "none"
	if got != EOK {
		name = got.Name()
	}
	allowed := []any{"none"}
	switch want := expect[key].(type) {
	case string:
		allowed = []any{want}
	case []any:
		allowed = want
	}
	if slices.Contains(allowed, any(name)) {
		return nil
	}
	text, _ := json.Marshal(allowed)
	return fmt.Errorf("%s is %s, want %s", key, name, text)
}

func compareBytes(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("%d bytes instead of %d, different from byte %d on: %.40q", len(got), len(want), at, got[min(at, len(got)):])
}

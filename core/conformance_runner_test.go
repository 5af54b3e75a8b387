package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/conformance"
)

const guard, untouched, patience = 64, 0xA5, 120 * time.Second

// caseRunner walks one case, through the same doors as a binding: Submit without a queue, then with one, Reap, Cancel.
type caseRunner struct {
	stage   *conformance.Stage
	queues  [2]*Queue
	files   map[string]uint64
	started map[string]*operation
	pending []*operation // by user_data
}

func (r *caseRunner) step(step map[string]any) error {
	if done, err := r.stage.Step(step); done {
		return err
	}
	expect, _ := step["expect"].(map[string]any)
	switch {
	case step["op"] != nil:
		o, err := r.submit(step)
		if start, ok := step["start"].(string); ok || err != nil {
			r.started[start] = o
			return err
		}
		return r.settle(o, expect)
	case step["wait"] != nil:
		o := r.started[step["wait"].(string)]
		delete(r.started, step["wait"].(string))
		return r.settle(o, expect)
	case step["cancel"] != nil:
		o := r.started[step["cancel"].(string)]
		return expectError(expect, "error", o.queue.Cancel(o.token))
	case step["drain"] != nil:
		for _, o := range r.started {
			if err := r.settle(o, nil); err != nil {
				return err
			}
		}
		clear(r.started)
	case step["configure"] != nil:
		option := step["configure"].(map[string]any)
		return expectError(expect, "refused", Configure(option["name"].(string), number(option["value"])))
	}
	return nil
}

// settle waits for the operation and compares.
func (r *caseRunner) settle(o *operation, expect map[string]any) error {
	for deadline := time.Now().Add(patience); !o.finished; {
		if time.Now().After(deadline) {
			return fmt.Errorf("never finished")
		}
		for _, q := range r.queues {
			var out [4]Completion
			for _, c := range out[:q.Reap(out[:])] {
				p := r.pending[c.UserData]
				if p.finished {
					return fmt.Errorf("finished twice")
				}
				p.completion, p.finished = c, true
			}
		}
		if !o.finished {
			o.queue.Wait(2 * time.Millisecond)
		}
	}
	if o.lent > 0 && (o.refused != EOK || o.completion.Error != EOK) {
		conformance.CloseDescriptor(o.lent) // what was not wrapped is still ours
	}
	return o.compare(expect)
}

// finish gives everything back that a case has left open.
func (r *caseRunner) finish() error {
	for _, file := range r.files {
		Dispose(file)
	}
	for _, q := range r.queues {
		if left := q.Close(); left != 0 {
			return fmt.Errorf("%d operations are still held by the kernel", left)
		}
	}
	return nil
}

func expectError(expect map[string]any, key string, got Error) error {
	return conformance.ExpectError(expect, key, nameOf(got))
}

func nameOf(err Error) string {
	if err == EOK {
		return "none"
	}
	return err.Name()
}

// operation is one submission and everything that must outlive it.
type operation struct {
	name       string
	submission Submission
	queue      *Queue
	token      uint64
	finished   bool
	refused    Error
	completion Completion
	buffer     []byte // with a guard behind it
	segments   []Segment
	kept       [][]byte // of segments: one for each
	lent       int64    // a descriptor opened for wrap; ours until wrap owns it
}

func (r *caseRunner) submit(step map[string]any) (*operation, error) {
	o := &operation{queue: r.queues[0]}
	if step["queue"] != nil {
		o.queue = r.queues[number(step["queue"])-1]
	}
	if file, ok := step["file"].(string); ok {
		o.submission.File = r.files[file]
	}
	args, _ := step["args"].(map[string]any)
	o.name = step["op"].(string)
	args, err := r.arguments(o, args)
	if err != nil {
		return nil, err
	}
	o.encode(o.name, args)
	o.submission.UserData = uint64(len(r.pending))
	r.pending = append(r.pending, o)
	var out Completion
	status := Submit(nil, &o.submission, &out)
	if status == StatusWouldWait {
		status = Submit(o.queue, &o.submission, &out)
	}
	switch {
	case status < 0:
		o.refused, o.finished = Error(-status), true
	case status == StatusDone:
		o.completion, o.finished = out, true
	default:
		o.token = out.Token
		o.queue.Flush()
	}
	if as, ok := step["as"].(string); ok && status >= 0 && out.Error == EOK {
		r.files[as] = uint64(out.Result)
	}
	return o, nil
}

type arguments map[string]any

// arguments are what a step says, with what the stage has to say about it.
func (r *caseRunner) arguments(o *operation, said arguments) (arguments, error) {
	args := maps.Clone(said)
	if path, ok := args["path"]; ok {
		args["path"] = r.stage.Path(path)
	}
	if source, ok := args["fd"]; ok {
		fd, lent, err := r.stage.Descriptor(source, slices.Contains(conformance.Words(args["flags"]), "owns_fd"))
		o.lent = map[bool]int64{true: fd}[lent]
		args["fd"] = json.Number(strconv.FormatInt(fd, 10))
		return args, err
	}
	return args, nil
}

// keep passes bytes on, kept alive with the operation: a pointer, and their length.
func (o *operation) keep(v any) (unsafe.Pointer, uint64) {
	data := conformance.Bytes(v)
	o.kept = append(o.kept, data)
	return pointerTo(data), uint64(len(data))
}

// room is memory to read into, with a guard behind it.
func (o *operation) room(length int64) unsafe.Pointer {
	o.buffer = bytes.Repeat([]byte{untouched}, int(length)+guard)
	return pointerTo(o.buffer)
}

func (o *operation) list(v any) (*Segment, uint64) {
	for _, item := range v.([]any) {
		part := item.(map[string]any)
		data := conformance.Bytes(part["data"])
		if part["length"] != nil {
			data = make([]byte, number(part["length"]))
		}
		o.kept = append(o.kept, data)
		o.segments = append(o.segments, Segment{Offset: number(part["offset"]), Data: pointerTo(data), Length: uint64(len(data))})
	}
	return unsafe.SliceData(o.segments), uint64(len(o.segments))
}

func number(v any) int64 { return conformance.Number(v) }

// flags adds up words of the groups; numbers stand for themselves.
func flags(v any, groups ...string) (all uint32) {
	for _, word := range v.([]any) {
		value := uint32(number(word))
		for _, group := range groups {
			value |= wordValues[fmt.Sprint(group, ".", word)]
		}
		all |= value
	}
	return all
}

// compare holds the outcome against the expectation.
func (o *operation) compare(expect map[string]any) error {
	if expect["refused"] != nil || o.refused != EOK {
		return expectError(expect, "refused", o.refused)
	}
	c := &o.completion
	defer Release(c.Spill)
	if err := expectError(expect, "error", c.Error); err != nil {
		return fmt.Errorf("%w (result %d, native %d)", err, c.Result, c.Native)
	}
	length := int64(max(len(o.buffer)-guard, 0))
	count := min(max(c.Result, 0), length)
	written := count
	if c.Error != EOK || c.Spill != nil || expect["record"] != nil {
		written = length
	}
	if o.buffer != nil && bytes.Count(o.buffer[written:], []byte{untouched}) < len(o.buffer)-int(written) {
		return fmt.Errorf("memory behind the %d bytes of the result was written to", written)
	}
	got := conformance.Outcome{Result: c.Result, Data: o.buffer[:count:count]}
	if c.Spill != nil {
		got.Data = append(got.Data, unsafe.Slice((*byte)(c.Spill), c.Result-length)...)
	}
	got.Record = func(field string) int64 { return recordField(o.name, pointerTo(o.buffer), field) }
	for i, s := range o.segments {
		got.Parts = append(got.Parts, conformance.Part{Error: nameOf(Error(-min(s.Result, 0))), Result: s.Result, Data: o.kept[i][:max(s.Result, 0)]})
	}
	return got.Compare(expect)
}

package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// apiDocument is the part of spec/api.gen.json that a runner needs to turn names into numbers.
type apiDocument struct {
	Operations []struct {
		Name   string
		Number uint32
		Args   []struct {
			Name, Type, Enum string
			Offset           uintptr
			Flags            []string
		}
	}
	Constants []struct {
		Name   string
		Values map[string]int64
	}
}

// word is the number of a flag's or choice's name; numbers stand for themselves.
func (a *apiDocument) word(v any, groups ...string) int64 {
	if n, ok := v.(json.Number); ok {
		value, _ := n.Int64()
		return value
	}
	for _, c := range a.Constants {
		if value, ok := c.Values[v.(string)]; ok && slices.Contains(groups, c.Name) {
			return value
		}
	}
	panic(fmt.Sprintf("%v is in none of %v", v, groups))
}

// caseRunner walks one case, through the same doors as a binding: Submit without a queue, then with one, Reap, Cancel.
type caseRunner struct {
	t       *testing.T
	api     *apiDocument
	dir     string
	queues  [2]*Queue
	files   map[string]uint64
	started map[string]*operation
	pending []*operation // by user_data
	pipes   map[string]*[2]int
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
	parts      [][]byte
	kept       []any
	lent       sys.FD // opened for wrap; ours until wrap owns it
}

const (
	guard      = 64
	untouched  = 0xA5
	patience   = 20 * time.Second
	asDefault  = -1 // buffering and position when not said
	createMode = 0o666
)

func room(length int64) []byte { return bytes.Repeat([]byte{untouched}, int(length)+guard) }

func (r *caseRunner) walk(steps []map[string]any) error {
	for i, step := range steps {
		if err := r.step(step); err != nil {
			text, _ := json.Marshal(step)
			return fmt.Errorf("step %d %s: %w", i, text, err)
		}
	}
	return nil
}

func (r *caseRunner) step(step map[string]any) error {
	expect, _ := step["expect"].(map[string]any)
	switch {
	case step["op"] != nil:
		o := r.submit(step)
		if start, ok := step["start"].(string); ok {
			r.started[start] = o
			return nil
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
		for name, o := range r.started {
			delete(r.started, name)
			if err := r.settle(o, nil); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	case step["configure"] != nil:
		option := step["configure"].(map[string]any)
		return expectError(expect, "refused", Configure(option["name"].(string), number(option["value"])))
	case step["content"] != nil:
		return r.content(step)
	case step["change"] != nil:
		f, err := os.OpenFile(r.path(step["change"]), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.Write(bytesOf(step["append"]))
		return err
	case step["pipe"] != nil:
		in, out := pipeEnds(r.t)
		r.pipes[step["pipe"].(string)] = &[2]int{in, out}
	case step["feed"] != nil:
		data := bytesOf(step["data"])
		out := r.pipes[step["feed"].(string)][1]
		if n, errno := sys.Pwrite(sys.FD(out), pointerTo(data), int64(len(data)), -1); n != int64(len(data)) {
			return fmt.Errorf("feed: %d, %v", n, errno)
		}
	case step["hang_up"] != nil:
		r.closePipe(step["hang_up"].(string), endOf(step["end"], "write"))
	}
	return nil
}

func endOf(v any, otherwise string) int {
	if v == nil {
		v = otherwise
	}
	return map[string]int{"read": 0, "write": 1}[v.(string)]
}

func (r *caseRunner) closePipe(name string, end int) {
	if fd := &r.pipes[name][end]; *fd >= 0 {
		sys.Close(sys.FD(*fd))
		*fd = -1
	}
}

func (r *caseRunner) path(v any) string {
	name := string(bytesOf(v))
	if filepath.IsAbs(name) {
		return name
	}
	return r.dir + "/" + name // not Join: it would tidy the path up
}

func (r *caseRunner) submit(step map[string]any) *operation {
	o := &operation{name: step["op"].(string), queue: r.queues[0]}
	if step["queue"] != nil {
		o.queue = r.queues[number(step["queue"])-1]
	}
	if file, ok := step["file"].(string); ok {
		o.submission.File = r.files[file]
	}
	args, _ := step["args"].(map[string]any)
	r.encode(o, args)
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
	return o
}

// settle waits for the operation and compares.
func (r *caseRunner) settle(o *operation, expect map[string]any) error {
	for deadline := time.Now().Add(patience); !o.finished; {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s never finished", o.name)
		}
		moved := false
		for _, q := range r.queues {
			var out [4]Completion
			for _, c := range out[:q.Reap(out[:])] {
				p := r.pending[c.UserData]
				if p.finished {
					return fmt.Errorf("%s finished twice", p.name)
				}
				p.completion, p.finished, moved = c, true, true
			}
		}
		if !moved {
			o.queue.Wait(2 * time.Millisecond)
		}
	}
	if o.lent > 0 && (o.refused != EOK || o.completion.Error != EOK) {
		sys.Close(o.lent) // what was not wrapped is still ours
	}
	return o.compare(expect)
}

// finish gives everything back that a case has left open.
func (r *caseRunner) finish() error {
	for name := range r.pipes {
		r.closePipe(name, 0)
		r.closePipe(name, 1)
	}
	for _, file := range r.files {
		Dispose(file)
	}
	for _, q := range r.queues {
		if q == nil {
			continue
		}
		if left := q.Close(); left != 0 {
			return fmt.Errorf("%d operations are still held by the kernel", left)
		}
	}
	return nil
}

func (r *caseRunner) content(step map[string]any) error {
	path := r.path(step["content"])
	info, err := os.Lstat(path)
	if step["absent"] != nil {
		if err == nil {
			return fmt.Errorf("%s exists", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if step["size"] != nil && info.Size() != number(step["size"]) {
		return fmt.Errorf("the size is %d", info.Size())
	}
	if step["is"] == nil {
		return nil
	}
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return compareBytes(got, bytesOf(step["is"]))
}

func setArg[T any](o *operation, offset uintptr, value T) {
	*(*T)(unsafe.Pointer(uintptr(unsafe.Pointer(&o.submission.Args)) + offset)) = value
}

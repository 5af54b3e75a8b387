package ayafileio_test

import (
	"context"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ayafileio/ayafileio/bindings-go"
	"github.com/ayafileio/ayafileio/core/conformance"
)

// What the calls of spec/conformance/go.yaml ask for: the arguments of a step as Go has them, and what they give.

type caseArguments struct {
	said  map[string]any
	stage *conformance.Stage
	fd    int64
}

func (a caseArguments) number(name string) int64   { return conformance.Number(a.said[name]) }
func (a caseArguments) bytes(name string) []byte   { return conformance.Bytes(a.said[name]) }
func (a caseArguments) text(name string) string    { return a.said[name].(string) }
func (a caseArguments) path(name string) string    { return a.stage.Path(a.said[name]) }
func (a caseArguments) words(name string) []string { return conformance.Words(a.said[name]) }
func (a caseArguments) descriptor(string) uintptr  { return uintptr(a.fd) }
func (a caseArguments) parts(name string) []any    { return a.said[name].([]any) }

type caseOutcome struct {
	conformance.Outcome
	file *ayafileio.File
	err  error
}

// caseText is an error that package os has no name for, only words.
type caseText string

func (t caseText) Error() string { return string(t) }

func sameText(err, target error) bool {
	text, ok := target.(caseText)
	return ok && strings.HasSuffix(err.Error(), string(text))
}

// caseError leaves out what only says that there is no more.
func caseError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

func givesNothing(err error) caseOutcome { return caseOutcome{err: err} }

func givesFile(f *ayafileio.File, err error) caseOutcome { return caseOutcome{file: f, err: err} }

func givesCount[N int | int64](n N, err error) caseOutcome {
	return caseOutcome{Outcome: conformance.Outcome{Result: int64(n)}, err: err}
}

func givesBytes(b []byte, err error) caseOutcome {
	return caseOutcome{Outcome: conformance.Outcome{Result: int64(len(b)), Data: b}, err: caseError(err)}
}

func givesStat(info fs.FileInfo, err error) caseOutcome {
	out := caseOutcome{err: err}
	out.Record = func(field string) int64 {
		known := systemFields(info)
		maps.Copy(known, map[string]int64{
			"size": info.Size(), "modified_s": info.ModTime().Unix(), "modified_ns": int64(info.ModTime().Nanosecond()),
		})
		return known[field]
	}
	return out
}

// flag is what os.OpenFile takes for the words of a case.
func (run *caseRunner) flag(words []string) int {
	flag := os.O_RDONLY
	if slices.Contains(words, "write") {
		flag = os.O_WRONLY
		if slices.Contains(words, "read") {
			flag = os.O_RDWR
		}
	}
	for word, bit := range map[string]int{"append": os.O_APPEND, "create": os.O_CREATE, "exclusive": os.O_EXCL, "truncate": os.O_TRUNC} {
		if slices.Contains(words, word) {
			flag |= bit
		}
	}
	return flag
}

// permissions are st_mode's bits in Go's order.
func (run *caseRunner) permissions(mode int64) fs.FileMode {
	out := fs.FileMode(mode & 0o777)
	for bit, own := range map[int64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if mode&bit != 0 {
			out |= own
		}
	}
	return out
}

// caseReader reads with the operation's context.
type caseReader struct {
	file    *ayafileio.File
	context context.Context
}

func (r caseReader) Read(b []byte) (int, error) { return r.file.ReadContext(r.context, b) }

func (run *caseRunner) reader(f *ayafileio.File) io.Reader { return caseReader{f, run.context} }

func (run *caseRunner) read(f *ayafileio.File, length int64) ([]byte, error) {
	b := make([]byte, length)
	n, err := f.ReadContext(run.context, b)
	return b[:n], err
}

func (run *caseRunner) readFull(f *ayafileio.File, length int64) ([]byte, error) {
	if length == 0 {
		return run.read(f, 0)
	}
	b := make([]byte, length)
	n, err := io.ReadFull(run.reader(f), b)
	return b[:n], err
}

func (run *caseRunner) readAt(f *ayafileio.File, length, offset int64) ([]byte, error) {
	b := make([]byte, length)
	n, err := f.ReadAtContext(run.context, b, offset)
	return b[:n], err
}

// line leaves the iteration after one line, and what was read further goes back.
func (run *caseRunner) line(f *ayafileio.File) ([]byte, error) {
	for line, err := range f.Lines() {
		return slices.Clone(line), err
	}
	return nil, nil
}

// batch reads or writes parts, as the case gives them a length or data.
func (run *caseRunner) batch(f *ayafileio.File, parts []any) caseOutcome {
	var b ayafileio.Batch
	var memory [][]byte
	for _, item := range parts {
		part := item.(map[string]any)
		offset := conformance.Number(part["offset"])
		if part["length"] != nil {
			memory = append(memory, make([]byte, conformance.Number(part["length"])))
			b.ReadAt(f, memory[len(memory)-1], offset)
		} else {
			memory = append(memory, conformance.Bytes(part["data"]))
			b.WriteAt(f, memory[len(memory)-1], offset)
		}
	}
	out := caseOutcome{err: b.Do(run.context)}
	for i := range b.Len() {
		n, err := b.Result(i)
		part := conformance.Part{Error: "none", Result: int64(n), Data: memory[i][:n]}
		for _, name := range []string{"EIO", "ENOSPC"} {
			if caseError(err) != nil && run.is(err, name, false) {
				part.Error, out.err = name, nil
			}
		}
		out.Result += int64(n)
		out.Parts = append(out.Parts, part)
	}
	return out
}

func (run *caseRunner) configure(name string, value int64) caseOutcome {
	settings := ayafileio.Config()
	setCaseOption(&settings, name, value)
	return caseOutcome{err: ayafileio.Configure(settings)}
}

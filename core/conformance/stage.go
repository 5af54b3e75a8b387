package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/sys"
)

// Stage is all of a case that is not under test: its directory and what is in it, its pipes, looks from outside.
type Stage struct {
	Dir   string
	pipes map[string]*[2]int
}

// NewStage makes an empty directory below another, and what the case wants in it.
func NewStage(below string, files map[string]any) (*Stage, error) {
	dir, err := os.MkdirTemp(below, "case-")
	if err != nil {
		return nil, err
	}
	s := &Stage{Dir: dir, pipes: map[string]*[2]int{}}
	for name, content := range files {
		if err := s.prepare(filepath.Join(dir, name), content); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Stage) prepare(path string, content any) error {
	special, _ := content.(map[string]any)
	switch {
	case special["directory"] != nil:
		return os.Mkdir(path, 0o777)
	case special["fifo"] != nil:
		return makeFifo(path)
	case special["link"] != nil:
		return os.Symlink(special["link"].(string), path)
	case special["forbidden"] != nil:
		return os.WriteFile(path, nil, 0)
	case special["hole"] != nil:
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			return err
		}
		return os.Truncate(path, Number(special["hole"]))
	}
	return os.WriteFile(path, Bytes(content), 0o666)
}

// Close takes everything away.
func (s *Stage) Close() {
	for name := range s.pipes {
		s.hangUp(name, 0)
		s.hangUp(name, 1)
	}
	os.RemoveAll(s.Dir)
}

// Path is a name in the case's directory; absolute if it begins with a slash.
func (s *Stage) Path(v any) string {
	name := string(Bytes(v))
	if filepath.IsAbs(name) {
		return name
	}
	return s.Dir + "/" + name // not Join: it would tidy the path up
}

// Descriptor is a number, an end of a pipe, or a file opened for the case; lent is set when it is the caller's to close
// unless it is wrapped. A pipe's end that is to be owned is no longer ours.
func (s *Stage) Descriptor(value any, owned bool) (fd int64, lent bool, err error) {
	source, ok := value.(map[string]any)
	if !ok {
		return Number(value), false, nil
	}
	if name, ok := source["pipe"].(string); ok {
		ends, end := s.pipes[name], endOf(source["end"], 0)
		fd := ends[end]
		if owned {
			ends[end] = -1
		}
		return int64(fd), false, nil
	}
	var flags sys.OpenFlags
	for _, word := range Words(source["flags"]) {
		flags |= map[string]sys.OpenFlags{"read": sys.OpenRead, "write": sys.OpenWrite, "append": sys.OpenAppend, "directory": sys.OpenDirectory}[word]
	}
	opened, errno := sys.Open(append([]byte(s.Path(source["path"])), 0), flags, 0)
	if errno != 0 {
		return 0, false, errno
	}
	return int64(opened), true, nil
}

// CloseDescriptor closes what Descriptor has lent.
func CloseDescriptor(fd int64) { sys.Close(sys.FD(fd)) }

func endOf(v any, otherwise int) int {
	if v == nil {
		return otherwise
	}
	return slices.Index([]any{"read", "write"}, v)
}

func (s *Stage) hangUp(name string, end int) {
	if fd := &s.pipes[name][end]; *fd >= 0 {
		CloseDescriptor(int64(*fd))
		*fd = -1
	}
}

// Step carries out a step that is no operation; done is false when it is none of the stage's.
func (s *Stage) Step(step map[string]any) (done bool, err error) {
	switch {
	case step["content"] != nil:
		return true, s.look(step)
	case step["change"] != nil:
		f, err := os.OpenFile(s.Path(step["change"]), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return true, err
		}
		defer f.Close()
		_, err = f.Write(Bytes(step["append"]))
		return true, err
	case step["pipe"] != nil:
		in, out, err := newPipe()
		s.pipes[step["pipe"].(string)] = &[2]int{in, out}
		return true, err
	case step["feed"] != nil:
		data := Bytes(step["data"])
		n, errno := sys.Pwrite(sys.FD(s.pipes[step["feed"].(string)][1]), unsafe.Pointer(unsafe.SliceData(data)), int64(len(data)), -1)
		if n != int64(len(data)) {
			return true, fmt.Errorf("fed %d of %d bytes: %v", n, len(data), errno)
		}
		return true, nil
	case step["hang_up"] != nil:
		s.hangUp(step["hang_up"].(string), endOf(step["end"], 1))
		return true, nil
	}
	return false, nil
}

// look compares a file with what the case wants to see from outside.
func (s *Stage) look(step map[string]any) error {
	path := s.Path(step["content"])
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
	if step["size"] != nil && info.Size() != Number(step["size"]) {
		return fmt.Errorf("the size is %d", info.Size())
	}
	if step["is"] == nil {
		return nil
	}
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return Compare(got, Bytes(step["is"]))
}

// Missing says why a case cannot run here.
func Missing(requires []string) string {
	for _, need := range requires {
		if !has(need) {
			return "needs " + strings.ReplaceAll(need, "_", " ")
		}
	}
	return ""
}

// At says at which step something was not as expected.
func At(number int, step map[string]any, failure error) error {
	if failure == nil {
		return nil
	}
	text, _ := json.Marshal(step)
	return fmt.Errorf("step %d %s: %w", number, text, failure)
}

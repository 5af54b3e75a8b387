package sys

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// Appending processes lose nothing of each other's: that is the system's promise for handles that may append and not
// write, and ours is to open such handles and to leave the place of a write to the system. Where lines are lost the same
// is tried without this package, which tells whose fault it is.

const (
	appenders     = 8
	linesEach     = 1000
	appenderEnv   = "AYAFILEIO_TEST_APPENDER"
	appenderPlain = "plain"
	appenderOurs  = "ours"
)

func TestMain(m *testing.M) {
	if job := os.Getenv(appenderEnv); job != "" {
		kind, path, _ := strings.Cut(job, " ")
		os.Exit(appendLines(kind, path))
	}
	os.Exit(m.Run())
}

func appendLines(kind, path string) int {
	var fd FD
	if kind == appenderPlain {
		name, _ := windows.UTF16PtrFromString(path)
		handle, err := windows.CreateFile(name, windows.FILE_APPEND_DATA|windows.SYNCHRONIZE, shareAll, nil, windows.OPEN_ALWAYS, 0, 0)
		if err != nil {
			return 1
		}
		fd = FD(handle)
	} else {
		var errno Errno
		if fd, errno = Open(append([]byte(path), 0), OpenWrite|OpenAppend|OpenCreate, 0o666); errno != 0 {
			return 1
		}
	}
	io.ReadAll(os.Stdin) // until all are there
	for i := range linesEach {
		line := []byte(strconv.Itoa(os.Getpid()) + " " + strconv.Itoa(i) + "\n")
		if kind == appenderPlain {
			var count uint32
			if err := windows.WriteFile(windows.Handle(fd), line, &count, nil); err != nil || int(count) != len(line) {
				return 2
			}
			continue
		}
		p, n := data(line)
		if count, errno := Pwrite(fd, p, n, -1); count != n || errno != 0 {
			return 2
		}
	}
	return 0
}

// lostLines lets processes append and counts what is missing.
func lostLines(t *testing.T, kind string) int {
	t.Helper()
	path := scratch(t) + `\log`
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var running []*exec.Cmd
	var gates []io.Closer
	for range appenders {
		c := exec.Command(self)
		c.Env = append(os.Environ(), appenderEnv+"="+kind+" "+path)
		gate, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		running, gates = append(running, c), append(gates, gate)
	}
	for _, gate := range gates {
		gate.Close()
	}
	for _, c := range running {
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		process, number, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.Atoi(number); err == nil && n < linesEach && process != "" {
			seen[lines.Text()] = true
		}
	}
	return appenders*linesEach - len(seen)
}

func TestAppendersLoseNothing(t *testing.T) {
	ours, system := lostLines(t, appenderOurs), 0
	for range 5 {
		if ours == 0 || system > 0 {
			break
		}
		system = lostLines(t, appenderPlain)
	}
	switch {
	case ours == 0:
	case system > 0:
		// Wine 8: whatever the handle, it asks for the size first and writes there then.
		t.Skipf("this system's own append is not atomic: of %d lines plain calls of WriteFile lost %d, this package %d",
			appenders*linesEach, system, ours)
	default:
		t.Errorf("%d lines were lost", ours)
	}
}

// What an appending handle may do, and where its writes go when others have written meanwhile; also where the system
// cannot append atomically.
func TestAppendIsTheSystems(t *testing.T) {
	path := scratch(t) + `\log`
	first, second := open(t, path, OpenWrite|OpenAppend|OpenCreate), open(t, path, OpenRead|OpenWrite|OpenAppend)
	for _, fd := range []FD{first, second} {
		if flags, errno := Flags(fd); errno != 0 || flags&OpenAppend == 0 {
			t.Errorf("flags %b, %v: the handle may write anywhere", flags, errno)
		}
	}
	write(t, first, "a", -1)
	write(t, second, "bb", -1)
	write(t, first, "c", -1)
	write(t, second, "X", 0) // a place is not for appenders to choose
	if got := content(t, second); got != "abbcX" {
		t.Errorf("content %q", got)
	}
}

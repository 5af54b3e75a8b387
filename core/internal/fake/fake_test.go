package fake

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
	"github.com/ayafileio/ayafileio/core/internal/sys"
)

func open(t testing.TB, o Options) *Fake {
	t.Helper()
	f, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRulesPrintAsWritten(t *testing.T) {
	golden, err := os.ReadFile("testdata/rules.golden")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ParseRules(string(source))
	if err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	for _, rule := range rules {
		fmt.Fprintln(&printed, rule)
	}
	if printed.String() != string(golden) {
		t.Errorf("printed:\n%s\nwant:\n%s", printed.String(), golden)
	}
	again, err := ParseRules(printed.String())
	if err != nil || len(again) != len(rules) {
		t.Errorf("cannot read what was printed: %v", err)
	}
}

func TestBadRulesAreRefused(t *testing.T) {
	for _, text := range []string{
		"(", ")", "short", "(short)", "(short x)", "(short 0)", "(short -1)", "(explode)", "(io", "(io (Op))", "(io (Op fly))",
		"(io (OnIndex))", "(io (OnIndex -1))", "(io (Every 0))", "(io (Maybe 1))", "(io (Op read)", "(io Op read)", "(io) x", "()",
	} {
		if rules, err := ParseRules(text); err == nil {
			t.Errorf("%q was read as %v", text, rules)
		}
		if _, err := Open(Options{Rules: text}); err == nil {
			t.Errorf("%q: an instance was made", text)
		}
	}
}

// script runs 12 writes of 10 bytes and tells in which order and how they came back.
func script(t *testing.T, o Options) string {
	t.Helper()
	f := open(t, o)
	defer f.Close()
	path := append([]byte(filepath.Join(backendtest.TempDir(t), "f")), 0)
	fd, errno := sys.Open(path, sys.OpenRead|sys.OpenWrite|sys.OpenCreate, 0o666)
	if errno != 0 {
		t.Fatal(errno)
	}
	defer sys.Close(fd)
	data := []byte("0123456789")
	for i := range 12 {
		f.Submit(&backend.Request{Op: backend.OpWrite, FD: fd, Data: unsafe.Pointer(&data[0]), Length: 10, Offset: int64(i)})
	}
	f.Flush()
	var log []string
	out := make([]*backend.Request, 5)
	for reaps := 0; f.InFlight() > 0 && reaps < 20; reaps++ {
		for _, r := range out[:f.Reap(out)] {
			result := fmt.Sprint(r.Result)
			if r.Errno != 0 {
				result = map[sys.Errno]string{sys.EIO: "EIO", sys.ENOSPC: "ENOSPC", sys.EINTR: "EINTR"}[r.Errno]
			}
			log = append(log, fmt.Sprintf("%d:%s@%d", r.Offset, result, reaps))
		}
	}
	return strings.Join(log, " ")
}

func TestFaults(t *testing.T) {
	for _, test := range []struct{ rules, want string }{
		{"", "0:10@0 1:10@0 2:10@0 3:10@0 4:10@0 5:10@1 6:10@1 7:10@1 8:10@1 9:10@1 10:10@2 11:10@2"},
		{"(short 3 (Op write) (OnIndex 1)) (io (OnIndex 2)) (enospc (Every 6)) (eintr (First 1))",
			"0:EINTR@0 1:3@0 2:EIO@0 3:10@0 4:10@0 5:ENOSPC@1 6:10@1 7:10@1 8:10@1 9:10@1 10:10@2 11:ENOSPC@2"},
		{"(io (Op read))", "0:10@0 1:10@0 2:10@0 3:10@0 4:10@0 5:10@1 6:10@1 7:10@1 8:10@1 9:10@1 10:10@2 11:10@2"},
		{"(delay 3 (Offset 0))", "1:10@0 2:10@0 3:10@0 4:10@0 5:10@0 6:10@1 7:10@1 8:10@1 9:10@1 10:10@1 11:10@2 0:10@3"},
	} {
		if got := script(t, Options{Rules: test.rules}); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.rules, got, test.want)
		}
	}
}

func TestSameSeedSameStory(t *testing.T) {
	o := Options{Seed: 42, Rules: "(io (Percent 30)) (delay 2 (Percent 30))"}
	first := script(t, o)
	for range 5 {
		if again := script(t, o); again != first {
			t.Fatalf("first %s\nthen %s", first, again)
		}
	}
	o.Seed = 43
	if other := script(t, o); other == first {
		t.Error("another seed changes nothing")
	}
}

func TestHold(t *testing.T) {
	f := open(t, Options{Rules: "(hold (Op sync))"})
	defer f.Close()
	file, err := os.Create(filepath.Join(backendtest.TempDir(t), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	held := &backend.Request{Op: backend.OpSync, FD: sys.FD(file.Fd())}
	cancelled := &backend.Request{Op: backend.OpSync, FD: sys.FD(file.Fd())}
	f.Submit(held)
	f.Submit(cancelled)
	f.Wait(30 * time.Millisecond)
	out := make([]*backend.Request, 2)
	if f.Reap(out) != 0 {
		t.Fatal("it was not held")
	}
	f.Cancel(cancelled)
	f.Wait(-1)
	if f.Reap(out) != 1 || out[0] != cancelled || cancelled.Errno != sys.ECANCELED {
		t.Fatal("it was not cancelled")
	}
	go f.Release()
	f.Wait(-1)
	if f.Reap(out) != 1 || out[0] != held || held.Errno != 0 {
		t.Fatal("it was not released")
	}
}

func TestFailedCloseHasClosed(t *testing.T) {
	f := open(t, Options{Rules: "(io (Op close))"})
	defer f.Close()
	fd, errno := sys.Open([]byte("/\x00"), sys.OpenRead, 0)
	if errno != 0 {
		t.Skip(errno)
	}
	f.Submit(&backend.Request{Op: backend.OpClose, FD: fd})
	f.Flush()
	out := make([]*backend.Request, 1)
	if f.Reap(out) != 1 || out[0].Errno != sys.EIO {
		t.Fatal("the close did not fail")
	}
	var stat sys.Stat
	if sys.Fstat(fd, &stat) != sys.EBADF {
		t.Error("the descriptor is still there")
	}
}

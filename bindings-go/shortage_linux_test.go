package ayafileio

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// With hardly a descriptor left there is one queue instead of several, or an error; nothing hangs. In a process of its
// own, whose limit nobody else feels.
func TestShortOfDescriptors(t *testing.T) {
	const variable = "AYAFILEIO_TEST_SHORTAGE"
	if os.Getenv(variable) == "" {
		path, _ := testFile(t, 1<<20)
		c := exec.Command(os.Args[0], "-test.run=^TestShortOfDescriptors$", "-test.v")
		c.Env = append(os.Environ(), variable+"="+path)
		if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	slowly(t)
	f := opened(t)(Open(os.Getenv(variable)))
	open := descriptors(t) - 1 // less the one that counting takes
	for room := range 8 {
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		limit.Cur = uint64(open + room)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		var waiting sync.WaitGroup
		for i := range 50 {
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				_, err := f.ReadAt(make([]byte, 100), int64(i)*1000)
				if err != nil && !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENOMEM) {
					t.Errorf("with room for %d: %v", room, err)
				}
			}()
		}
		waiting.Wait()
	}
	if _, err := f.ReadAt(make([]byte, 100), 0); err != nil {
		t.Errorf("with room enough: %v", err)
	}
}

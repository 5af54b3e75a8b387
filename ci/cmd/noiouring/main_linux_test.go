package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestForbids builds the program and lets it run this test binary again, which then tries the calls.
func TestForbids(t *testing.T) {
	if os.Getenv("NOIOURING_INSIDE") != "" {
		for call := uintptr(firstCall); call <= lastCall; call++ {
			_, _, errno := syscall.RawSyscall6(call, 0, 0, 0, 0, 0, 0)
			if want := os.Getenv("NOIOURING_INSIDE"); errno.Error() != want {
				t.Errorf("call %d: %v, want %s", call, errno, want)
			}
		}
		if os.Getpid() <= 0 || exec.Command("true").Run() != nil {
			t.Error("other calls suffer")
		}
		return
	}
	binary := filepath.Join(t.TempDir(), "noiouring")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.ENOSYS} {
		name := map[syscall.Errno]string{syscall.EPERM: "EPERM", syscall.ENOSYS: "ENOSYS"}[errno]
		command := exec.Command(binary, "-errno", name, "--", os.Args[0], "-test.run=TestForbids", "-test.v")
		command.Env = append(os.Environ(), "NOIOURING_INSIDE="+errno.Error())
		if out, err := command.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestForbids") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	if err := exec.Command(binary, "-errno", "EIO", "true").Run(); err == nil {
		t.Error("an unknown errno was accepted")
	}
	if err := exec.Command(binary, "no-such-program-anywhere").Run(); err == nil {
		t.Error("a missing program was accepted")
	}
}

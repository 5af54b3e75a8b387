package core

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/backendtest"
)

// Without a completion port the workers do everything, and what is said about it names the reason.
func TestWithoutCompletionPorts(t *testing.T) {
	if info := BackendInfo(); info.Backend != "iocp" || !info.IsTrulyAsync || info.Reason != "" {
		t.Errorf("as a rule: %+v", info)
	}
	openNative = func() (backend.Backend, error) { return nil, errors.New("no ports today") }
	defer func() { openNative = openPort }()
	if info := BackendInfo(); info.Backend != "threadpool" || info.IsTrulyAsync || !strings.Contains(info.Reason, "iocp: no ports today") {
		t.Errorf("without: %+v", info)
	}
	path := filepath.Join(backendtest.TempDir(t), "file")
	h := newHarness(t)
	f := h.open(path, flagsReadWrite, -1)
	h.write(f, "text")
	h.seek(f, 0, seekStart)
	if got := h.readAll(f); got != "text" {
		t.Errorf("read %q", got)
	}
	h.close(f)
}

package core

import (
	"encoding/json"
	"runtime"

	"github.com/ayafileio/ayafileio/core/internal/backend"
	"github.com/ayafileio/ayafileio/core/internal/pool"
)

// Info says what is in use and why.
type Info struct {
	Platform     string   `json:"platform"` // linux, macos, windows, or the system's own name
	Backend      string   `json:"backend"`
	IsTrulyAsync bool     `json:"is_truly_async"` // the kernel completes reads and writes without a thread of ours
	Description  string   `json:"description"`
	Kernel       string   `json:"kernel"`
	Capabilities []string `json:"capabilities"` // what the backend does natively
	Reason       string   `json:"reason"`       // why it is not the preferred backend; empty when it is
}

var capabilityNames = []struct {
	bit  backend.Capability
	name string
}{
	{backend.CapRead, "read"},
	{backend.CapWrite, "write"},
	{backend.CapSync, "sync"},
	{backend.CapOpen, "open"},
	{backend.CapClose, "close"},
	{backend.CapTruncate, "truncate"},
	{backend.CapStat, "stat"},
	{backend.CapCancel, "cancel"},
}

var descriptions = map[string]string{
	"io_uring":    "io_uring: completions by the Linux kernel, submitted and reaped on the event loop's own thread",
	"threadpool":  "a bounded pool of threads that make blocking calls",
	"fake":        "real files with injected faults, for tests",
	"iocp":        "I/O completion ports: completions by the Windows kernel",
	"dispatch_io": "Dispatch I/O: completions by libdispatch",
}

// WorkersMax is how many threads of ours may be in blocking calls at once when the queue's backend works by them; 0 when
// it does not.
func (q *Queue) WorkersMax() int {
	mixed, ok := q.backend.(interface{ UsesWorkers() bool })
	if q.backend.Capabilities()&(backend.CapRead|backend.CapWrite) != 0 && !(ok && mixed.UsesWorkers()) {
		return 0
	}
	_, limit := pool.Workers()
	return limit
}

// BackendInfo opens a queue the way a loop would and describes what it got.
func BackendInfo() Info {
	info := Info{Platform: runtime.GOOS, Kernel: kernelRelease(), Capabilities: []string{}}
	if info.Platform == "darwin" {
		info.Platform = "macos"
	}
	b, reason, err := selectBackend(false)
	if err != EOK {
		info.Backend, info.Reason = "none", reason
		return info
	}
	defer b.Close()
	info.Backend, info.Reason, info.Description = b.Name(), reason, descriptions[b.Name()]
	capabilities := b.Capabilities()
	for _, c := range capabilityNames {
		if capabilities&c.bit != 0 {
			info.Capabilities = append(info.Capabilities, c.name)
		}
	}
	info.IsTrulyAsync = capabilities&backend.CapRead != 0 && capabilities&backend.CapWrite != 0 && b.Name() != "fake"
	return info
}

// JSON is the form of the C ABI.
func (i Info) JSON() []byte {
	text, _ := json.Marshal(i) // strings and bools only: it cannot fail
	return text
}

package ayafileio

import (
	"fmt"
	"io/fs"

	"github.com/ayafileio/ayafileio/core"
)

// Config returns the settings in force.
func Config() Configuration { return currentConfiguration() }

// Configure puts settings in force, all of them or, when one is not allowed, none. Each says when it applies.
func Configure(c Configuration) error {
	rows := c.rows()
	for _, r := range rows {
		if r.value < r.low || r.value > r.high {
			return fmt.Errorf("ayafileio: %s is %d, allowed is %d to %d: %w", r.field, r.value, r.low, r.high, fs.ErrInvalid)
		}
	}
	for _, r := range rows {
		core.Configure(r.name, r.value) // in range, so it does not fail
	}
	return nil
}

// ResetConfig sets every setting to what it is at first.
func ResetConfig() { core.ConfigureReset() }

// settingRow is one setting with its value and what is allowed.
type settingRow struct {
	name, field      string
	value, low, high int64
}

func setting(name string) int64 {
	value, _ := core.Option(name) // the names are those of the specification
	return value
}

func switchValue(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// Info says which way of talking to the system is used, and why.
type Info struct {
	// Platform is linux, macos, windows, or the system's own name.
	Platform string
	// Backend is io_uring, threadpool and so on.
	Backend string
	// IsTrulyAsync: the kernel completes reads and writes without a thread of ours.
	IsTrulyAsync bool
	// Description explains the backend in a sentence.
	Description string
	// Kernel is the release of the running kernel.
	Kernel string
	// Capabilities is what the backend does natively; the rest is done by a bounded pool of threads.
	Capabilities []string
	// Reason is why it is not the preferred backend; empty when it is.
	Reason string
}

// BackendInfo tries the backends as the first operation would, and describes what it got.
func BackendInfo() Info { return Info(core.BackendInfo()) }

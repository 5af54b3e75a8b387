package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/ayafileio/ayafileio/ci/internal/step"
)

var debian struct {
	sync.Mutex
	updated bool
}

// Debian installs packages with apt-get. It is called only when something was looked for and is missing, and it
// needs to be root; otherwise its error says what to install by hand.
func Debian(ctx context.Context, out *step.Output, packages ...string) error {
	debian.Lock()
	defer debian.Unlock()
	names := strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("missing here: %s (Debian's names); please install them", names)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("missing here; as root: apt-get install %s", names)
	}
	if !debian.updated {
		out.Announce("apt-get update")
		if err := out.Run(ctx, apt("update", "-qq")); err != nil {
			return err
		}
		debian.updated = true
	}
	out.Announce("apt-get install %s", names)
	return out.Run(ctx, apt(append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...))
}

func apt(arguments ...string) step.Command {
	return step.Command{Name: "apt-get", Args: arguments, Env: []string{"DEBIAN_FRONTEND=noninteractive"}}
}

package tasks

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// nodeSuite is one run of the Node.js tests: on which version, over which backend, on which file system.
type nodeSuite struct {
	name   string
	major  int      // of Node; 0: the plan's best
	env    []string // beside what every suite gets
	within []string // program that runs the tests in a restricted world
	memory bool     // on tmpfs instead of the disk
	whole  bool     // every test file, and also what is slow
	less   []string // test files that say nothing more here
	folder string   // of the package; empty: that of the repository
	needs  []string
}

// bestNode runs what needs only one version: the newest that has long-term support.
const bestNode = 24

// Test files that bring a world of their own with them: the fake backend, a fresh folder, the type checker.
var (
	ownWorld  = []string{"faults", "package", "types"}
	longLived = []string{"leaks"}
)

// nodeSuites is the matrix, thinned out as that of the Python tests is: one version runs everything, also on the forced
// pool; the others leave out what is slow, or what is the same wherever it runs.
func (p *Plan) nodeSuites() {
	p.nodeSuite(nodeSuite{name: "node tests 24", whole: true})
	p.nodeSuite(nodeSuite{name: "node tests sanitizers", needs: []string{p.sanitizedAddon()}, less: slices.Concat(longLived, ownWorld[1:]),
		folder: p.sanitizedPackage(), env: sanitizerEnv()})
	p.nodeSuite(nodeSuite{name: "node tests threadpool", env: []string{"AYAFILEIO_BACKEND=threadpool"}, less: ownWorld})
	p.nodeSuite(nodeSuite{name: "node tests io_uring forbidden", less: slices.Concat(ownWorld, longLived),
		within: []string{p.Root.Build("noiouring")}, needs: []string{p.noiouring()}})
	p.nodeSuite(nodeSuite{name: "node tests tmpfs", memory: true, less: slices.Concat(ownWorld, longLived)})
	// Node's own handles must pass what is compared with them, or the tests would promise what Node does not.
	p.nodeSuite(nodeSuite{name: "node tests of Node itself", env: []string{"AYAFILEIO_TEST_IMPL=node"}, less: slices.Concat(ownWorld, longLived)})
	for _, major := range toolchain.NodeMajors {
		if major != bestNode {
			p.nodeSuite(nodeSuite{name: fmt.Sprintf("node tests %d", major), major: major, less: slices.Concat(ownWorld[:1], longLived)})
		}
	}
}

func (p *Plan) nodeSuite(s nodeSuite) {
	if s.major == 0 {
		s.major = bestNode
	}
	needs := append(s.needs, p.nodeAddon(), p.testLibrary())
	p.add(step.Step{Name: s.name, Needs: needs, Timeout: 14 * time.Minute, Run: func(ctx context.Context, out *step.Output) error {
		return p.nodeTest(ctx, out, s)
	}})
}

func (p *Plan) nodeTest(ctx context.Context, out *step.Output, s nodeSuite) error {
	if s.folder == "" {
		s.folder = p.Root.Path("bindings-node")
	}
	files, err := p.filesFolder(suite{memory: s.memory})
	if err != nil {
		return err
	}
	defer os.RemoveAll(files)
	command := append(append([]string{}, s.within...), p.npm().Node(s.major), filepath.Join(s.folder, "test", "run.mjs"))
	if s.whole || p.Full {
		command = append(command, "--slow")
	}
	if len(s.less) > 0 && !p.Full {
		command = append(command, "--without="+strings.Join(s.less, ","))
	}
	env := append([]string{
		"AYAFILEIO_TEST_DIR=" + files,
		"AYAFILEIO_TEST_LIBRARY=" + p.Root.TestLibrary(),
		"AYAFILEIO_NPM=" + p.npm().Modules(),
		"NO_COLOR=1",
	}, s.env...)
	var tally nodeTally
	err = out.Run(ctx, step.Command{Name: command[0], Args: command[1:], Dir: files, Env: env, Tee: &tally})
	counts := tally.counts
	out.Count(counts)
	out.Note("%d tests, %d skipped", counts.Passed, counts.Skipped)
	if err == nil && counts.Passed == 0 {
		return fmt.Errorf("no test has run")
	}
	return err
}

// nodeTally reads the counts that "node --test" prints, before the list of what has failed.
type nodeTally struct {
	counts  step.Counts
	partial []byte
}

var nodeTestCount = regexp.MustCompile(`^[#ℹ] (pass|fail|cancelled|skipped|todo) (\d+)$`)

func (t *nodeTally) Write(data []byte) (int, error) {
	t.partial = append(t.partial, data...)
	for {
		line, rest, whole := bytes.Cut(t.partial, []byte("\n"))
		if !whole {
			return len(data), nil
		}
		t.partial = rest
		m := nodeTestCount.FindSubmatch(line)
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(string(m[2]))
		switch string(m[1]) {
		case "pass":
			t.counts.Passed += n
		case "skipped":
			t.counts.Skipped += n
		default:
			t.counts.Failed += n
		}
	}
}

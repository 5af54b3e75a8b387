package tasks

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ayafileio/ayafileio/ci/internal/step"
	"github.com/ayafileio/ayafileio/ci/internal/toolchain"
)

// suite is one run of the Python tests: on which Python, over which backend, on which file system.
type suite struct {
	name   string
	python string   // tag; empty: the plan's best
	env    []string // beside what every suite gets
	within []string // program that runs the tests in a restricted world
	memory bool     // on tmpfs instead of the disk
	whole  bool     // on every event loop, and also the tests marked slow
	loops  bool     // on every event loop; otherwise only on asyncio's own
	builds string   // step that makes the environment; empty: that of the Python
	venv   string   // folder of the environment; empty: that of the Python
}

// pythonSuites is the matrix. One Python runs everything, also on the forced pool and with io_uring forbidden. A second
// one and tmpfs leave out what is marked slow; the other Pythons and the sanitizers also leave out uvloop, whose tests
// differ in the loop only. That keeps the whole run below a quarter of an hour on two cores; -full leaves out nothing.
func (p *Plan) pythonSuites() {
	best, found := p.best()
	if !found {
		p.add(step.Step{Name: "python", Run: func(context.Context, *step.Output) error {
			return fmt.Errorf("no Python with headers")
		}})
		return
	}
	packages := p.pythonPackages()
	// What takes longest begins first, so that nothing runs alone at the end.
	second := p.second(best)
	p.suite(suite{name: "pytest " + best.Tag(), whole: true})
	if second != "" {
		p.suite(suite{name: "pytest " + second, python: second, loops: true})
	}
	p.suite(suite{name: "pytest sanitizers", builds: p.sanitized(best), venv: p.testVenv("sanitized"), env: sanitizerEnv()})
	p.suite(suite{name: "pytest threadpool", env: []string{"AYAFILEIO_BACKEND=threadpool"}, whole: true})
	p.suite(suite{name: "pytest tmpfs", memory: true, loops: true})
	p.suite(suite{name: "pytest io_uring forbidden", within: []string{p.Root.Build("noiouring")}, builds: p.noiouring(), whole: true})
	for _, name := range packages {
		if tag := strings.TrimPrefix(name, "package "); tag != best.Tag() && tag != second {
			p.suite(suite{name: "pytest " + tag, python: tag})
		}
	}
}

// second is the other version that runs on every loop: the newest that builds its own extension.
func (p *Plan) second(best toolchain.Python) string {
	tag := ""
	for _, python := range p.Pythons {
		if python.Headers && python.Tag() != best.Tag() {
			tag = python.Tag()
		}
	}
	return tag
}

func (p *Plan) suite(s suite) {
	best, _ := p.best()
	if s.python == "" {
		s.python = best.Tag()
	}
	needs := []string{"package " + s.python, p.testLibrary()}
	if s.builds != "" {
		needs = append(needs, s.builds)
	}
	if s.venv == "" {
		s.venv = p.testVenv(s.python)
	}
	p.add(step.Step{Name: s.name, Needs: needs, Timeout: 14 * time.Minute, Run: func(ctx context.Context, out *step.Output) error {
		return p.pytest(ctx, out, s)
	}})
}

func (p *Plan) pytest(ctx context.Context, out *step.Output, s suite) error {
	if !p.Root.Exists("bindings-python", "tests", "pytest.ini") {
		return fmt.Errorf("bindings-python/tests is missing")
	}
	files, err := p.filesFolder(s)
	if err != nil {
		return err
	}
	defer os.RemoveAll(files)
	arguments := append(append([]string{}, s.within...), toolchain.Venv{Folder: s.venv}.Exe(), "-m", "pytest",
		p.Root.Path("bindings-python", "tests"), "-c", p.Root.Path("bindings-python", "tests", "pytest.ini"),
		"-p", "no:cacheprovider", "--color=no", "-q", "--durations=10")
	if !s.whole && !p.Full {
		arguments = append(arguments, "-m", "not slow")
		if !s.loops {
			arguments = append(arguments, "-k", "not uvloop")
		}
	}
	var tail lastLine
	err = out.Run(ctx, step.Command{
		Name: arguments[0], Args: arguments[1:], Dir: files, Tee: &tail,
		Env: append([]string{
			"AYAFILEIO_TEST_DIR=" + files,
			"AYAFILEIO_TEST_LIBRARY=" + p.Root.TestLibrary(),
			"PYTHONDONTWRITEBYTECODE=1",
			"PYTHONPATH=",
		}, s.env...),
	})
	counts := parsePytest(tail.text())
	out.Count(counts)
	out.Note("%d tests, %d skipped", counts.Passed, counts.Skipped)
	if err == nil && counts.Passed == 0 {
		return fmt.Errorf("no test has run")
	}
	return err
}

// filesFolder is an empty folder on the file system that the suite is about.
func (p *Plan) filesFolder(s suite) (string, error) {
	if s.memory {
		return os.MkdirTemp("/dev/shm", "ayafileio-")
	}
	// Not the system's temporary folder: that is a tmpfs on many machines, and a disk is wanted.
	if err := makeFolder(p.Root.Build("test-files")); err != nil {
		return "", err
	}
	return os.MkdirTemp(p.Root.Build("test-files"), "run-")
}

func makeFolder(path string) error { return os.MkdirAll(path, 0o777) }

var pytestCount = regexp.MustCompile(`(\d+) (passed|failed|error|errors|skipped|xfailed|xpassed)\b`)

// parsePytest reads the closing line, such as "12 passed, 1 skipped in 3.21s".
func parsePytest(line string) step.Counts {
	var counts step.Counts
	for _, m := range pytestCount.FindAllStringSubmatch(line, -1) {
		n, _ := strconv.Atoi(m[1])
		switch m[2] {
		case "passed", "xfailed":
			counts.Passed += n
		case "skipped":
			counts.Skipped += n
		default:
			counts.Failed += n
		}
	}
	return counts
}

// lastLine keeps the end of what is written to it.
type lastLine struct{ kept []byte }

func (l *lastLine) Write(data []byte) (int, error) {
	l.kept = append(l.kept, data...)
	if surplus := len(l.kept) - 4096; surplus > 0 {
		l.kept = l.kept[surplus:]
	}
	return len(data), nil
}

// text is the last line that counts tests; interpreters may say something after it, at their end.
func (l *lastLine) text() string {
	lines := bytes.Split(bytes.TrimSpace(l.kept), []byte("\n"))
	for i := len(lines) - 1; i >= 0; i-- {
		if pytestCount.Match(lines[i]) && bytes.Contains(lines[i], []byte(" in ")) {
			return string(lines[i])
		}
	}
	return ""
}

// noiouring builds the program that forbids io_uring to what it starts.
func (p *Plan) noiouring() string {
	return p.add(step.Step{Name: "noiouring", Run: func(ctx context.Context, out *step.Output) error {
		return out.Run(ctx, p.goCommand("build", "-o", p.Root.Build("noiouring"), "./ci/cmd/noiouring"))
	}})
}

// sanitized builds the extension with AddressSanitizer and UndefinedBehaviorSanitizer into an environment of its own.
func (p *Plan) sanitized(python toolchain.Python) string {
	needs := []string{p.library(), p.pythonTools()}
	return p.add(step.Step{Name: "package sanitized", Needs: needs, Run: func(ctx context.Context, out *step.Output) error {
		if _, err := sanitizerLibraries(); err != nil {
			return err
		}
		err := p.wheel(ctx, out, python, variant{name: "sanitized", env: []string{"AYAFILEIO_SANITIZE=address,undefined"}})
		if err != nil {
			return err
		}
		return p.install(ctx, out, python, p.testVenv("sanitized"), "sanitized")
	}})
}

// sanitizerLibraries asks the compiler where its run-time libraries are: an interpreter that was not built with them
// has to load them before anything else.
func sanitizerLibraries() (string, error) {
	var paths []string
	for _, name := range []string{"libasan.so", "libubsan.so"} {
		path, err := compilerFile(name)
		if err != nil {
			return "", err
		}
		paths = append(paths, path)
	}
	return strings.Join(paths, ":"), nil
}

func sanitizerEnv() []string {
	preload, err := sanitizerLibraries()
	if err != nil {
		return nil // the step that builds says it
	}
	return []string{
		"LD_PRELOAD=" + preload,
		// The interpreter itself leaks by design, so leaks of ours would drown.
		"ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:handle_segv=0:allocator_may_return_null=1",
		"UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1",
		// Python's own allocator would hide overruns inside its arenas.
		"PYTHONMALLOC=malloc",
	}
}

func compilerFile(name string) (string, error) {
	text, err := outputOf("cc", "-print-file-name="+name)
	if err != nil {
		return "", err
	}
	path := strings.TrimSpace(text)
	if !filepath.IsAbs(path) {
		return "", fmt.Errorf("the C compiler has no %s", name)
	}
	return path, nil
}

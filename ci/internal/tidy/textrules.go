package tidy

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// LongestFile is the most lines that a hand-written file may have; LongestReadme is the README's own limit.
const (
	LongestFile   = 600
	LongestReadme = 120
)

func length(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		lines := bytes.Count(f.Content, []byte("\n"))
		if f.Path == "README.md" && lines > LongestReadme {
			found = append(found, Finding{f.Path, 0, fmt.Sprintf("%d lines; at most %d: details belong into the guides", lines, LongestReadme)})
		}
		if isCode(f.Path) && !isGenerated(f) && lines > LongestFile {
			found = append(found, Finding{f.Path, 0, fmt.Sprintf("%d lines; at most %d: one idea each, split it", lines, LongestFile)})
		}
	}
	return found
}

// The words are put together here so that this file does not contain them.
var unfinishedWords = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// speaksOfThem may contain the words: the generator refuses documentation that does.
func speaksOfThem(p string) bool { return strings.HasPrefix(p, "gen/") }

func unfinished(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		if !isCode(f.Path) || speaksOfThem(f.Path) {
			continue
		}
		eachLine(f, func(number int, line string) {
			if word := unfinishedWords.FindString(line); word != "" {
				found = append(found, Finding{f.Path, number, word + ": finish it or open an issue"})
			}
		})
	}
	return found
}

// ban is a piece of text that must not appear in some files, and what to write instead.
type ban struct {
	pattern *regexp.Regexp
	applies func(path string) bool
	instead string
}

func in(prefixes ...string) func(string) bool {
	return func(p string) bool {
		return !isTest(p) && slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(p, prefix) })
	}
}

func extension(extensions ...string) func(string) bool {
	return func(p string) bool { return slices.Contains(extensions, path.Ext(p)) }
}

func both(a, b func(string) bool) func(string) bool {
	return func(p string) bool { return a(p) && b(p) }
}

var bans = []ban{
	{regexp.MustCompile(`"gopkg\.in/yaml`), extension(".go"), "it is archived: use the YAML package that gen uses"},
	{regexp.MustCompile(`"github\.com/iceber/iouring-go"`), extension(".go"), "its root package corrupts data: use only .../iouring-go/syscall"},
	{regexp.MustCompile(`\.CleanFlags\(`), extension(".go"), "it XORs: set the fields of the entry"},
	{regexp.MustCompile(`\bfmt\.Print|\blog\.(Print|Fatal)|\bprintln\(`), both(in("core/", "capi/", "bindings-go/"), extension(".go")), "a library does not print: return the error"},
	{regexp.MustCompile(`\btime\.Sleep\(`), both(in("core/", "capi/", "bindings-go/"), extension(".go")), "wait for the event itself"},
	{regexp.MustCompile(`\bruntime\.GOOS\b`), both(in("core/", "bindings-go/"), extension(".go")), "put it into a file with a build constraint"},
	{regexp.MustCompile(`\b(strcpy|strcat|sprintf|gets)\(`), extension(".c", ".h"), "use the form that takes a size"},
	{regexp.MustCompile(`\bdlclose\(`), extension(".c", ".h"), "a Go library does not survive being closed"},
	{regexp.MustCompile(`#include [<"]uv\.h`), in("bindings-node/"), "look libuv's functions up at run time: Bun and Deno have none"},
	{regexp.MustCompile(`\bconsole\.\w+\(`), in("bindings-node/lib/"), "a library does not print: throw, or process.emitWarning"},
	{regexp.MustCompile(`\bnew Buffer\(|\bprocess\.binding\(|\bprocess\.exit\(`), in("bindings-node/lib/"), "use what Node documents, and let the process live"},
	{regexp.MustCompile(`"((pre|post)?install|prepare|(peerD|optionalD|d)ependencies)" *:`), func(p string) bool { return p == "bindings-node/package.json" }, "the npm package has no install script and no dependencies at run time"},
	{regexp.MustCompile(`\basyncio\.get_event_loop\(`), extension(".py"), "use asyncio.get_running_loop()"},
	{regexp.MustCompile(`#!.*python2|\bimp\.load_`), extension(".py"), "Python 3 only"},
}

// exceptions are the places where a banned call is right, each with its reason.
var exceptions = []struct{ path, call, reason string }{
	{"core/file_close.go", "time.Sleep(", "on a timer's own goroutine, when the deadline has passed"},
	{"core/info.go", "runtime.GOOS", "is reported there, nothing is decided by it"},
}

func isException(path, call string) bool {
	for _, e := range exceptions {
		if e.path == path && e.call == call {
			return true
		}
	}
	return false
}

func banned(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		if strings.HasPrefix(f.Path, "ci/internal/tidy/") {
			continue // the rules and their wrong examples
		}
		for _, b := range bans {
			if !b.applies(f.Path) {
				continue
			}
			eachLine(f, func(number int, line string) {
				if call := b.pattern.FindString(line); call != "" && !isException(f.Path, call) {
					found = append(found, Finding{f.Path, number, call + " is banned: " + b.instead})
				}
			})
		}
	}
	return found
}

var vagueNames = regexp.MustCompile(`(^|[_.-])(util|utils|helper|helpers|misc|legacy|common)([_.-]|$)`)

func names(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		for _, element := range strings.Split(f.Path, "/") {
			if isCode(f.Path) && vagueNames.MatchString(element) {
				found = append(found, Finding{f.Path, 0, "the name says nothing: name what the file is about"})
				break
			}
		}
	}
	return found
}

// textForm wants LF, a final newline and no blanks at the ends of lines, in everything that is edited by hand.
func textForm(files []File) []Finding {
	var found []Finding
	for _, f := range files {
		if strings.Contains(f.Path, "/testdata/") || path.Ext(f.Path) == ".svg" || bytes.IndexByte(f.Content, 0) >= 0 {
			continue
		}
		if bytes.Contains(f.Content, []byte("\r")) {
			found = append(found, Finding{f.Path, 0, "carriage returns: lines end with LF"})
		}
		if len(f.Content) > 0 && f.Content[len(f.Content)-1] != '\n' {
			found = append(found, Finding{f.Path, 0, "no newline at the end"})
		}
		eachLine(f, func(number int, line string) {
			if strings.TrimRight(line, " \t\r") != strings.TrimRight(line, "\r") {
				found = append(found, Finding{f.Path, number, "blanks at the end of the line"})
			}
		})
	}
	return found
}

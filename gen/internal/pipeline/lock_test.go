package pipeline

import (
	"strings"
	"testing"

	"github.com/ayafileio/ayafileio/gen/internal/archive"
	"github.com/ayafileio/ayafileio/gen/internal/lock"
)

// published is the real specification with its lock, after edits to one of its files.
func published(t *testing.T, name string, replace ...string) []archive.File {
	t.Helper()
	files := append(filesBelow(t, repository, "spec/*.yaml"), filesBelow(t, repository, "spec/schema/*.json")...)
	files = append(files, filesBelow(t, repository, lock.Path)...)
	for i := range files {
		if files[i].Name != name {
			continue
		}
		text := string(files[i].Data)
		for j := 0; j < len(replace); j += 2 {
			if !strings.Contains(text, replace[j]) {
				t.Fatalf("%s does not contain %q", name, replace[j])
			}
			text = strings.Replace(text, replace[j], replace[j+1], 1)
		}
		files[i].Data = []byte(text)
	}
	return files
}

const oneMore = `operations:
  - name: one_more
    number: 1000
    scope: file
    doc: Something new.
    args:
      - {name: size, type: i64, unit: bytes, doc: A size.}
    result: {kind: none, doc: Always 0.}
    errors: []
    path: {inline: never, doc: Always on the queue.}
`

func TestTheLockRefusesWhatBreaksTheABI(t *testing.T) {
	api, errors, options := "spec/api.yaml", "spec/errors.yaml", "spec/options.yaml"
	for _, c := range []struct {
		name, file string
		replace    []string
		want       string
	}{
		{"operation renumbered", api, []string{"name: tell\n    number: 12\n", "name: tell\n    number: 99\n"}, "operation 12 was tell and is gone"},
		{"numbers swapped", api, []string{"name: sync\n    number: 15\n", "name: sync\n    number: 16\n", "name: datasync\n    number: 16\n", "name: datasync\n    number: 15\n"}, "operation 15 was sync and is now datasync"},
		{"operation removed", api, []string{"name: size_hint\n", "name: size_guess\n"}, "operation 17 was size_hint and is now size_guess"},
		{"fields swapped", api, []string{"{name: size, type: i64, unit: bytes, doc: \"The new size", "{name: extent, type: i64, unit: bytes, doc: \"The new size"}, "field aya_truncate_args.size was 0 int64_t and is gone"},
		{"type changed", api, []string{"- name: token\n        type: u64", "- name: token\n        type: i64"}, "field aya_completion.token was 24 uint64_t and is now 24 int64_t"},
		{"flag changed", api, []string{"{name: create, value: 8,", "{name: create, value: 1024,"}, "constant AYA_OPEN_CREATE was 8 and is now 1024"},
		{"function changed", "spec/functions.yaml", []string{"{name: which, type: u32,", "{name: which, type: u64,"}, "function aya_drain_pool was int32_t (uint32_t) and is now int32_t (uint64_t)"},
		{"error renumbered", errors, []string{"name: ENOENT\n    number: 2\n", "name: ENOENT\n    number: 150\n"}, "error 2 was ENOENT and is gone"},
		{"option renamed", options, []string{"name: inline_read_max\n", "name: inline_max\n"}, "option inline_read_max was present and is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Run(archive.Tree(published(t, c.file, c.replace...)))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), lock.Path+":") {
				t.Errorf("got %v\nwant %q with file and line", err, c.want)
			}
		})
	}
}

func TestTheLockTakesWhatIsNew(t *testing.T) {
	files := published(t, "spec/api.yaml", "operations:\n", oneMore)
	before := ""
	for _, f := range files {
		if f.Name == lock.Path {
			before = string(f.Data)
		}
	}
	after := render(t, files)[lock.Path]
	for _, line := range strings.Split(before, "\n") {
		if !strings.Contains(after, line+"\n") && line != "" {
			t.Errorf("lost: %s", line)
		}
	}
	for _, line := range []string{"operation 1000 = one_more", "field aya_one_more_args.size = 0 int64_t"} {
		if !strings.Contains(after, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
}

// What follows an added argument stays where it was; the words were zero before.
func TestArgumentsMayGrowIntoUnusedWords(t *testing.T) {
	files := published(t, "spec/api.yaml", "{name: lines_max, type: u64,", "{name: fresh, type: u64, doc: New.}\n      - {name: lines_max, type: u64,")
	if _, err := Run(archive.Tree(files)); err == nil {
		t.Error("a field moved and was accepted")
	}
	files = published(t, "spec/api.yaml", "doc: \"The new size, or -1 for the position. Less is a usage error (EINVAL).\"}", "doc: \"The new size, or -1 for the position. Less is a usage error (EINVAL).\"}\n      - {name: fresh, type: u64, doc: New.}")
	render(t, files)
}

func TestANewABIVersionBeginsANewLock(t *testing.T) {
	files := published(t, "spec/api.yaml", "version: 1", "version: 2", "name: tell\n    number: 12\n", "name: tell\n    number: 99\n")
	after := render(t, files)[lock.Path]
	if !strings.Contains(after, "abi version = 2\n") || !strings.Contains(after, "operation 99 = tell\n") {
		t.Error("the lock was not begun anew")
	}
}

package sys

import (
	"os"
	"testing"

	"golang.org/x/sys/windows"
)

// A handle that is kept open after its file was closed can be seen from outside, although it shares everything. That is
// why no pool of handles is behind Open and Close: spec/decisions/core-no-handle-pool.md.

// intrusion is what other programs, or this one, may do to a file that nobody has open.
type intrusion struct {
	name string
	do   func(directory, path string) error
}

var intrusions = []intrusion{
	{"open it for themselves alone", func(_, path string) error {
		name, _ := windows.UTF16PtrFromString(path)
		handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, 0, 0)
		if err == nil {
			windows.CloseHandle(handle)
		}
		return err
	}},
	{"put another in its place", func(directory, path string) error {
		other := directory + `\other`
		if err := os.WriteFile(other, []byte("new"), 0o666); err != nil {
			return err
		}
		defer os.Remove(other)
		from, _ := windows.UTF16PtrFromString(other)
		to, _ := windows.UTF16PtrFromString(path)
		return windows.MoveFileEx(from, to, windows.MOVEFILE_REPLACE_EXISTING)
	}},
	{"delete it and make one of that name", func(_, path string) error {
		name, _ := windows.UTF16PtrFromString(path)
		if err := windows.DeleteFile(name); err != nil {
			return err
		}
		handle, err := windows.CreateFile(name, windows.GENERIC_WRITE, shareAll, nil, windows.CREATE_NEW, 0, 0)
		if err == nil {
			windows.CloseHandle(handle)
		}
		return err
	}},
	{"rename its directory", func(directory, _ string) error {
		if err := os.Rename(directory, directory+"-renamed"); err != nil {
			return err
		}
		return os.Rename(directory+"-renamed", directory)
	}},
	{"delete it and its directory", func(directory, path string) error {
		name, _ := windows.UTF16PtrFromString(path)
		if err := windows.DeleteFile(name); err != nil {
			return err
		}
		return os.Remove(directory)
	}},
}

func TestKeptHandlesAreSeen(t *testing.T) {
	for _, kept := range []bool{false, true} {
		seen := 0
		for _, i := range intrusions {
			directory := scratch(t) + `\inner`
			if err := os.Mkdir(directory, 0o777); err != nil {
				t.Fatal(err)
			}
			path := directory + `\file`
			if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
				t.Fatal(err)
			}
			fd := mustOpen(t, path, OpenRead)
			if !kept {
				Close(fd)
			}
			err := i.do(directory, path)
			if kept {
				Close(fd)
			}
			if err != nil {
				seen++
				t.Logf("kept=%v: %s: %v", kept, i.name, err)
			}
			os.Remove(path)
			os.Remove(directory)
		}
		switch {
		case kept && seen == 0:
			t.Error("nobody sees a kept handle: a pool would be possible after all")
		case !kept && seen > 0:
			t.Error("a closed file is still in the way")
		}
	}
}

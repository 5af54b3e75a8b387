package sys

import (
	"os"
	"testing"
	"time"
)

// What is set through the handle is what the system says of the file, also through a handle that may only append.
func TestMetadata(t *testing.T) {
	for name, flags := range map[string]OpenFlags{"read": OpenRead, "append": OpenWrite | OpenAppend} {
		t.Run(name, func(t *testing.T) {
			path := scratch(t) + `\file`
			if err := os.WriteFile(path, []byte("hello"), 0o666); err != nil {
				t.Fatal(err)
			}
			fd := open(t, path, flags)
			modified := Time{Seconds: 1_000_000_000, Nanoseconds: 123_456_700}
			accessed := Time{Seconds: 1_100_000_000, Nanoseconds: 100}
			if errno := SetTimes(fd, accessed, modified); errno != 0 {
				t.Fatalf("SetTimes: %v", errno)
			}
			var m Metadata
			if errno := MetadataOf(fd, &m); errno != 0 {
				t.Fatalf("MetadataOf: %v", errno)
			}
			// The last access is not looked at: on Wine asking through a handle counts as one.
			if m.Size != 5 || m.Mode != modeRegular|0o666 || m.Modified != modified || m.Created.Seconds == 0 {
				t.Errorf("metadata %+v", m)
			}
			info, err := os.Stat(path)
			if err != nil || !info.ModTime().Equal(time.Unix(modified.Seconds, int64(modified.Nanoseconds))) {
				t.Errorf("the system says %v, %v", info.ModTime(), err)
			}
			for _, mode := range []uint32{0o444, 0o644} {
				if errno := Chmod(fd, mode); errno != 0 {
					t.Fatalf("Chmod: %v", errno)
				}
				if info, _ := os.Stat(path); info.Mode().Perm()&0o200 != os.FileMode(mode&0o200) {
					t.Errorf("mode %v after Chmod(%o)", info.Mode(), mode)
				}
			}
		})
	}
}

func TestDirectoryOnRequest(t *testing.T) {
	path := scratch(t)
	if _, errno := Open(append([]byte(path), 0), OpenRead, 0); errno != EISDIR {
		t.Errorf("without the flag: %v", errno)
	}
	for _, flags := range []OpenFlags{OpenRead | OpenWrite, OpenWrite | OpenAppend} {
		if _, errno := Open(append([]byte(path), 0), flags|OpenDirectory, 0); errno != EISDIR {
			t.Errorf("to be written, flags %b: %v", flags, errno)
		}
	}
	fd := open(t, path, OpenRead|OpenDirectory)
	p, n := data(make([]byte, 10))
	if _, errno := Pread(fd, p, n, 0); errno != EISDIR {
		t.Errorf("Pread: %v", errno)
	}
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 || stat.Kind != KindDirectory {
		t.Errorf("Fstat: %+v, %v", stat, errno)
	}
}

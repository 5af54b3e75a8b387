package sys

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// openSynchronous opens as programs do that know nothing of overlapped handles.
func openSynchronous(t *testing.T, path string) FD {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, shareAll, nil, windows.OPEN_ALWAYS, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { windows.CloseHandle(handle) })
	return FD(handle)
}

func TestBothKindsOfHandles(t *testing.T) {
	path := scratch(t) + `\file`
	for name, fd := range map[string]FD{"overlapped": open(t, path, OpenRead|OpenWrite|OpenCreate), "synchronous": openSynchronous(t, path)} {
		if synchronous(fd) != (name == "synchronous") {
			t.Errorf("%s: taken for the other kind", name)
		}
		write(t, fd, "abcdef", 0)
		write(t, fd, "XY", 2)
		write(t, fd, "end", -1)
		if got := content(t, fd); got != "abXYefend" {
			t.Errorf("%s: content %q", name, got)
		}
		if errno := Ftruncate(fd, 0); errno != 0 {
			t.Fatal(errno)
		}
	}
}

// mustOpen is open for those who close the file themselves.
func mustOpen(t *testing.T, path string, flags OpenFlags) FD {
	t.Helper()
	fd, errno := Open(append([]byte(path), 0), flags, 0o666)
	if errno != 0 {
		t.Fatal(errno)
	}
	return fd
}

// A transfer that waits for its own end does not report to the port that has the handle, and a port does not get a
// handle that is another's.
func TestClaims(t *testing.T) {
	path := scratch(t) + `\file`
	fd := mustOpen(t, path, OpenRead|OpenWrite|OpenCreate)
	ports := make([]windows.Handle, 2)
	for i := range ports {
		port, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer windows.CloseHandle(port)
		ports[i] = port
	}
	const first, second = 1 << 40, 1<<40 + 1
	if c := ClaimHandle(fd, ports[0], first); !c.Mine || !c.Quiet || c.Stream {
		t.Errorf("the first claim: %+v", c)
	}
	if c := ClaimHandle(fd, ports[1], second); c.Mine {
		t.Error("the handle has two ports")
	}
	write(t, fd, "abc", 0)
	if got := content(t, fd); got != "abc" {
		t.Errorf("content %q", got)
	}
	var count uint32
	var key uintptr
	var overlapped *windows.Overlapped
	if err := windows.GetQueuedCompletionStatus(ports[0], &count, &key, &overlapped, 20); err != windows.Errno(windows.WAIT_TIMEOUT) {
		t.Errorf("a packet came: %v", err)
	}
	for name, fd := range map[string]FD{"wrapped": openSynchronous(t, path), "none": FD(1 << 20)} {
		if c := ClaimHandle(fd, ports[0], first); c.Mine {
			t.Errorf("%s: claimed", name)
		}
	}
	Disown(first)
	if c := ClaimHandle(fd, ports[0], first); c.Mine && !detach(fd) {
		t.Error("claimed by a port that is gone")
	}
	Close(fd)
	if c := ClaimHandle(fd, ports[1], second); c.Mine {
		t.Error("a closed handle was claimed")
	}
}

func TestWhatHoldsTheThread(t *testing.T) {
	for _, test := range []struct {
		attributes uint32
		flags      OpenFlags
		want       habits
	}{
		{windows.FILE_ATTRIBUTE_NORMAL, OpenRead | OpenWrite, habits{}},
		{windows.FILE_ATTRIBUTE_ARCHIVE | windows.FILE_ATTRIBUTE_COMPRESSED, OpenRead, habits{HoldsRead: true, HoldsWrite: true}},
		{windows.FILE_ATTRIBUTE_ENCRYPTED, OpenRead, habits{HoldsRead: true, HoldsWrite: true}},
		{windows.FILE_ATTRIBUTE_NORMAL, OpenWrite | OpenDirect, habits{HoldsWrite: true}},
	} {
		if got := habitsOfFile(test.attributes, test.flags); got != test.want {
			t.Errorf("attributes %#x, flags %b: %+v", test.attributes, test.flags, got)
		}
	}
}

func TestLengthsAreCut(t *testing.T) {
	for length, want := range map[int64]uintptr{0: 0, 1000: 1000, TransferMax: TransferMax, 1 << 31: TransferMax, 1<<32 + 5: TransferMax, 1 << 62: TransferMax} {
		if got := cut(length); got != want {
			t.Errorf("cut(%d) = %d", length, got)
		}
	}
}

func TestOffsetsBeyondFourGiB(t *testing.T) {
	fd := open(t, scratch(t)+`\file`, OpenRead|OpenWrite|OpenCreate)
	const far = 5<<30 + 3
	if errno := Ftruncate(fd, far); errno != 0 {
		t.Fatal(errno)
	}
	write(t, fd, "far", far)
	write(t, fd, "end", -1)
	write(t, fd, "near", 0)
	b := make([]byte, 10)
	p, n := data(b)
	if count, errno := Pread(fd, p, n, far); count != 6 || errno != 0 || string(b[:6]) != "farend" {
		t.Errorf("Pread = %d, %v: %q", count, errno, b)
	}
	var stat Stat
	if errno := Fstat(fd, &stat); errno != 0 || stat.Size != far+6 {
		t.Errorf("size %d, %v", stat.Size, errno)
	}
}

// Names that are longer than MAX_PATH work, given as absolute paths, with slashes and dots in them, and relative ones.
func TestLongPaths(t *testing.T) {
	directory := scratch(t)
	path := directory
	var made []string
	for range 5 {
		path += `\` + strings.Repeat("文", 60)
		name, errno := nativePath(nil, append([]byte(path), 0))
		if errno != 0 || len(name) > windows.MAX_PATH+8 && !hasPrefix(name, `\\?\`) {
			t.Fatalf("%q, %v", windows.UTF16ToString(name), errno)
		}
		if err := windows.CreateDirectory(&name[0], nil); err != nil {
			t.Fatal(err)
		}
		made = append(made, path)
	}
	remove := func(path string, how func(*uint16) error) {
		name, _ := nativePath(nil, append([]byte(path), 0))
		if err := how(&name[0]); err != nil {
			t.Errorf("%q is left: %v", path, err)
		}
	}
	t.Cleanup(func() {
		for i := range made {
			remove(made[len(made)-1-i], windows.RemoveDirectory)
		}
	})
	path += `\file`
	fd, errno := Open(append([]byte(path), 0), OpenRead|OpenWrite|OpenCreate|OpenExclusive, 0o666)
	if errno != 0 {
		t.Fatalf("a path of %d characters: %v", len([]rune(path)), errno)
	}
	write(t, fd, "deep", 0)
	Close(fd)
	t.Cleanup(func() { remove(path, windows.DeleteFile) })
	t.Chdir(directory)
	for _, other := range []string{
		strings.ReplaceAll(path, `\`, "/"),
		strings.Replace(path, `\文`, `\.\x\..\文`, 1),
		strings.TrimPrefix(path, directory+`\`),
		`\\?\` + path,
	} {
		fd, errno := Open(append([]byte(other), 0), OpenRead, 0)
		if errno != 0 {
			t.Errorf("%q: %v", other, errno)
			continue
		}
		if got := content(t, fd); got != "deep" {
			t.Errorf("%q holds %q", other, got)
		}
		Close(fd)
	}
}

func TestPathsOfServers(t *testing.T) {
	name, errno := nativePath(nil, append([]byte(`//server/share/`+strings.Repeat("x", 300)), 0))
	if got := windows.UTF16ToString(name); errno != 0 || got != `\\?\UNC\server\share\`+strings.Repeat("x", 300) {
		t.Errorf("%q, %v", got, errno)
	}
}

// Truncating at opening keeps what CREATE_ALWAYS would refuse or change.
func TestTruncateAtOpening(t *testing.T) {
	path := scratch(t) + `\file`
	const flags = OpenWrite | OpenCreate | OpenTruncate
	fd := open(t, path, flags)
	write(t, fd, "old", 0)
	name, _ := windows.UTF16PtrFromString(path)
	if err := windows.SetFileAttributes(name, windows.FILE_ATTRIBUTE_HIDDEN); err != nil {
		t.Fatal(err)
	}
	for _, how := range []OpenFlags{flags, flags | OpenAppend, OpenRead | OpenWrite | OpenTruncate} {
		write(t, fd, "old", 0)
		again := open(t, path, how)
		var stat Stat
		if errno := Fstat(again, &stat); errno != 0 || stat.Size != 0 {
			t.Errorf("flags %b: size %d, %v", how, stat.Size, errno)
		}
	}
	fd = open(t, path, OpenRead)
	if errno := Fsync(fd); errno != 0 {
		t.Errorf("sync of a file opened for reading: %v", errno)
	}
}

// Files that are open can be renamed and deleted.
func TestNamesOfOpenFilesAreFree(t *testing.T) {
	directory := scratch(t)
	fd := mustOpen(t, directory+`\a`, OpenRead|OpenWrite|OpenCreate)
	write(t, fd, "text", 0)
	from, _ := windows.UTF16PtrFromString(directory + `\a`)
	to, _ := windows.UTF16PtrFromString(directory + `\b`)
	if err := windows.MoveFile(from, to); err != nil {
		t.Errorf("rename: %v", err)
	}
	if err := windows.DeleteFile(to); err != nil {
		t.Errorf("deletion: %v", err)
	}
	write(t, fd, "TE", 0)
	if got := content(t, fd); got != "TExt" {
		t.Errorf("content %q", got)
	}
	Close(fd)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := windows.GetFileAttributes(to); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the name is still there")
		}
	}
}

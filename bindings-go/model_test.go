package ayafileio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file of package os is the model: the same random sequence of operations on it and on ours has the same results, and
// leaves the same bytes.
func TestModel(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		for seed := range int64(60) {
			if !t.Run(fmt.Sprint(seed), func(t *testing.T) { compare(t, seed) }) {
				return
			}
		}
	})
}

// both is what the two kinds of files have in common.
type both interface {
	io.ReadWriteSeeker
	io.ReaderAt
	io.WriterAt
	io.StringWriter
	io.ReaderFrom
	io.WriterTo
	io.Closer
	Truncate(int64) error
	Stat() (os.FileInfo, error)
	Sync() error
}

type model struct {
	t          *testing.T
	random     *rand.Rand
	dir        string
	ours, std  both
	ourB, stdB []byte
	log        []string
}

func compare(t *testing.T, seed int64) {
	m := &model{t: t, random: rand.New(rand.NewSource(seed)), dir: testDir(t), ourB: make([]byte, 70_000), stdB: make([]byte, 70_000)}
	if m.random.Intn(2) == 0 {
		start := m.bytes(200_000)
		for _, name := range []string{"ours", "std"} {
			if err := os.WriteFile(filepath.Join(m.dir, name), start, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.open()
	defer func() {
		m.close()
		if t.Failed() {
			t.Log(m.log[max(0, len(m.log)-12):])
		}
	}()
	for range 150 {
		if m.random.Intn(30) == 0 {
			m.close()
			m.open()
		}
		m.step()
		if t.Failed() {
			return
		}
	}
}

func (m *model) open() {
	flag := []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR, os.O_RDWR}[m.random.Intn(5)] | os.O_CREATE
	if m.random.Intn(4) == 0 {
		flag |= os.O_APPEND
	}
	if m.random.Intn(8) == 0 {
		flag |= os.O_TRUNC
	}
	ours, err := OpenFile(filepath.Join(m.dir, "ours"), flag, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	std, err := os.OpenFile(filepath.Join(m.dir, "std"), flag, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	m.ours, m.std = ours, std
	m.log = append(m.log, fmt.Sprintf("open %#x", flag))
}

func (m *model) close() {
	m.same("close", m.ours.Close(), m.std.Close())
	ours, _ := os.ReadFile(filepath.Join(m.dir, "ours"))
	std, _ := os.ReadFile(filepath.Join(m.dir, "std"))
	if !bytes.Equal(ours, std) {
		m.t.Errorf("the contents differ: %d bytes, %d of os", len(ours), len(std))
	}
}

func (m *model) bytes(most int) []byte {
	b := make([]byte, m.random.Intn(most))
	m.random.Read(b)
	return b
}

func (m *model) step() {
	offset := int64(m.random.Intn(250_000))
	size := []int{0, 1, 100, 4096, 70_000}[m.random.Intn(5)]
	ourB, stdB := m.ourB[:size], m.stdB[:size]
	switch m.random.Intn(12) {
	case 0, 1:
		n, err := m.ours.Read(ourB)
		stdN, stdErr := m.std.Read(stdB)
		m.note("read", size, n, stdN, err, stdErr)
		m.equal(ourB[:n], stdB[:stdN])
	case 2, 3:
		n, err := m.ours.ReadAt(ourB, offset)
		stdN, stdErr := m.std.ReadAt(stdB, offset)
		m.note("read_at", size, n, stdN, err, stdErr)
		m.equal(ourB[:n], stdB[:stdN])
	case 4, 5:
		data := m.bytes(9000)
		n, err := m.ours.Write(data)
		stdN, stdErr := m.std.Write(data)
		m.note("write", len(data), n, stdN, err, stdErr)
	case 6:
		data := m.bytes(9000)
		n, err := m.ours.WriteAt(data, offset)
		stdN, stdErr := m.std.WriteAt(data, offset)
		if err != nil && stdErr != nil {
			err, stdErr = nil, nil // os says in words of its own that the file appends
		}
		m.note("write_at", len(data), n, stdN, err, stdErr)
	case 7, 8:
		whence := m.random.Intn(3)
		by := int64(m.random.Intn(200_000)) - 20_000
		at, err := m.ours.Seek(by, whence)
		stdAt, stdErr := m.std.Seek(by, whence)
		m.note(fmt.Sprint("seek ", by, " ", whence), 0, int(at), int(stdAt), err, stdErr)
	case 9:
		err, stdErr := m.ours.Truncate(offset), m.std.Truncate(offset)
		if errors.Is(err, syscall.EBADF) && errors.Is(stdErr, syscall.EINVAL) {
			err, stdErr = nil, nil // Linux has its own mind about files that are only for reading
		}
		m.same("truncate", err, stdErr)
	case 10:
		info, err := m.ours.Stat()
		stdInfo, stdErr := m.std.Stat()
		m.note("stat", 0, int(info.Size()), int(stdInfo.Size()), err, stdErr)
	case 11:
		var out, stdOut bytes.Buffer
		n, err := m.ours.WriteTo(&out)
		stdN, stdErr := m.std.WriteTo(&stdOut)
		m.note("write_to", 0, int(n), int(stdN), err, stdErr)
		m.equal(out.Bytes(), stdOut.Bytes())
	}
}

func (m *model) note(op string, size, n, stdN int, err, stdErr error) {
	m.t.Helper()
	m.log = append(m.log, fmt.Sprintf("%s %d = %d %v", op, size, n, err))
	if n != stdN {
		m.t.Errorf("%s of %d: %d, os says %d", op, size, n, stdN)
	}
	m.same(op, err, stdErr)
}

func (m *model) same(op string, err, stdErr error) {
	m.t.Helper()
	var code, stdCode syscall.Errno
	errors.As(err, &code)
	errors.As(stdErr, &stdCode)
	if (err == nil) != (stdErr == nil) || (err == io.EOF) != (stdErr == io.EOF) || code != stdCode {
		m.t.Errorf("%s: %v, os says %v", op, err, stdErr)
	}
}

func (m *model) equal(a, b []byte) {
	m.t.Helper()
	if !bytes.Equal(a, b) {
		m.t.Error("other bytes than os has")
	}
}

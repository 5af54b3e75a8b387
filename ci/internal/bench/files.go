package bench

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

const (
	blocksSize = 20 << 20
	blockSize  = 256
	linesSize  = 100_000_000
	quickLines = 5_000_000
	smallFiles = 1000
	smallSize  = 4096
)

// input makes a scenario's file and returns the parameters that describe it to the contenders.
func input(file File, folder string, quick bool) (map[string]any, error) {
	path := filepath.Join(folder, string(file))
	switch file {
	case Blocks:
		err := write(path, func(w *bufio.Writer) error { return blocks(w) })
		return map[string]any{"path": path, "file_size": blocksSize}, err
	case Lines:
		size := linesSize
		if quick {
			size = quickLines
		}
		count := 0
		err := write(path, func(w *bufio.Writer) (err error) {
			count, err = lines(w, size)
			return err
		})
		return map[string]any{"path": path, "lines": count}, err
	case Small:
		return map[string]any{"path": path, "files": smallFiles}, small(path)
	}
	return nil, fmt.Errorf("no such input: %s", file)
}

func write(path string, fill func(*bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := fill(w); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// blocks makes every block hold its own number, so that a read from a wrong place shows.
func blocks(w *bufio.Writer) error { return numbered(w, 0, blocksSize/blockSize) }

// small makes a folder of files that hold the blocks' content piece by piece, so that a wrong file shows, too.
func small(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	const each = smallSize / blockSize
	for i := range uint64(smallFiles) {
		err := write(filepath.Join(folder, fmt.Sprintf("%04d.bin", i)), func(w *bufio.Writer) error {
			return numbered(w, i*each, (i+1)*each)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func numbered(w *bufio.Writer, from, to uint64) error {
	var block [blockSize]byte
	for i := from; i < to; i++ {
		for at := 0; at < blockSize; at += 8 {
			binary.BigEndian.PutUint64(block[at:], i)
		}
		if _, err := w.Write(block[:]); err != nil {
			return err
		}
	}
	return nil
}

var words = []string{
	"alpha", "river", "of", "the", "stone", "wind", "and", "a", "quiet", "harbour", "naïve", "over", "mountain", "in",
	"paper", "news", "swift", "under", "lantern", "to", "morning", "crane", "with", "seventeen", "feathers",
}

// lines are numbered, of uneven length (80 characters on average), with a few characters outside ASCII.
func lines(w *bufio.Writer, size int) (int, error) {
	rng := rand.New(rand.NewPCG(1, 2))
	count, written := 0, 0
	for written < size {
		n, err := fmt.Fprintf(w, "%08d", count)
		written += n
		for range 4 + rng.IntN(18) {
			m, _ := w.WriteString(" ")
			n, _ := w.WriteString(words[rng.IntN(len(words))])
			written += m + n
		}
		if err == nil {
			err = w.WriteByte('\n')
		}
		if err != nil {
			return 0, err
		}
		written++
		count++
	}
	return count, nil
}

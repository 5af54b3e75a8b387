package libdispatch

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
)

// newer is the version of glibc that the library asks for, and that the machine may not have.
const newer = "GLIBC_2.38"

// lowerGlibc makes an image of the library load with an older glibc too. It takes three functions from the newer one,
// and each has an elder that does: two differ in binary constants of C23 only; the third copies names of threads. (The
// other way is to start each program by the newer system's own loader; but then the programs that those start in turn
// do without.)
func lowerGlibc(image []byte) error {
	file, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return err
	}
	symbols, err := section(file, image, ".dynsym")
	if err != nil {
		return err
	}
	text, err := section(file, image, ".dynstr")
	if err != nil {
		return err
	}
	versions, err := section(file, image, ".gnu.version")
	if err != nil {
		return err
	}
	needs, err := section(file, image, ".gnu.version_r")
	if err != nil {
		return err
	}
	const symbolSize = 24
	order := file.ByteOrder
	for at := 0; at+symbolSize <= len(symbols); at += symbolSize {
		index := order.Uint32(symbols[at:])
		switch name := textAt(text, index); name {
		case "__isoc23_strtol", "__isoc23_sscanf":
			order.PutUint32(symbols[at:], index+uint32(len("__isoc23_"))) // the elder's name is the end of the newer's
		case "strlcpy":
			copy(text[index:], "strncpy") // as long
		default:
			continue
		}
		order.PutUint16(versions[at/symbolSize*2:], 1) // VER_NDX_GLOBAL: whichever version there is
	}
	forgive(order, needs, text)
	return nil
}

// forgive marks the need of the newer version as weak, which the loader does not insist on. The section is a list of
// libraries (Elf64_Verneed), each with a list of versions (Elf64_Vernaux).
func forgive(order binary.ByteOrder, needs, text []byte) {
	const weak = 2 // VER_FLG_WEAK
	for library := needs; len(library) >= 16; {
		version := library[order.Uint32(library[8:]):]
		for {
			if textAt(text, order.Uint32(version[8:])) == newer {
				order.PutUint16(version[4:], weak)
			}
			next := order.Uint32(version[12:])
			if next == 0 {
				break
			}
			version = version[next:]
		}
		next := order.Uint32(library[12:])
		if next == 0 {
			return
		}
		library = library[next:]
	}
}

// section is the part of the image that holds it.
func section(file *elf.File, image []byte, name string) ([]byte, error) {
	s := file.Section(name)
	if s == nil || s.Offset+s.Size > uint64(len(image)) {
		return nil, errors.New("no " + name)
	}
	return image[s.Offset : s.Offset+s.Size], nil
}

func textAt(text []byte, index uint32) string {
	name, _, _ := bytes.Cut(text[index:], []byte{0})
	return string(name)
}

package libdispatch

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// Only the version that a machine may lack is forgiven; an error about any other must stay one.
func TestForgive(t *testing.T) {
	text := []byte("\x00libc.so.6\x00GLIBC_2.38\x00GLIBC_2.34\x00libm.so.6\x00")
	index := func(name string) uint32 { return uint32(bytes.Index(text, []byte("\x00"+name+"\x00")) + 1) }
	var needs []byte
	words := func(values ...any) {
		for _, v := range values {
			needs, _ = binary.Append(needs, binary.LittleEndian, v)
		}
	}
	library := func(name string, versions uint16, next uint32) {
		words(uint16(1), versions, index(name), uint32(16), next)
	}
	version := func(name string, next uint32) {
		words(uint32(0), uint16(0), uint16(5), index(name), next)
	}
	library("libm.so.6", 1, 32)
	version("GLIBC_2.34", 0)
	library("libc.so.6", 2, 0)
	version("GLIBC_2.34", 16)
	version("GLIBC_2.38", 0)
	forgive(binary.LittleEndian, needs, text)
	for at, want := range map[int]uint16{16: 0, 48: 0, 64: 2} {
		if got := binary.LittleEndian.Uint16(needs[at+4:]); got != want {
			t.Errorf("flags of %s at %d: %d, want %d", textAt(text, binary.LittleEndian.Uint32(needs[at+8:])), at, got, want)
		}
	}
}

func TestNotALibrary(t *testing.T) {
	if lowerGlibc([]byte("no ELF file")) == nil {
		t.Error("accepted")
	}
}

package sys

import (
	"slices"
	"testing"
)

func TestAppendUTF16(t *testing.T) {
	for _, test := range []struct {
		path string
		want []uint16
		ok   bool
	}{
		{"a\x00", []uint16{'a', 0}, true},
		{"é€😀\x00", []uint16{0xE9, 0x20AC, 0xD83D, 0xDE00, 0}, true},
		{"\xED\xA0\x80\x00", []uint16{0xD800, 0}, true}, // a lone surrogate, as surrogatepass writes it
		{"\xED\xBF\xBF\x00", []uint16{0xDFFF, 0}, true},
		{"\xFF\x00", nil, false},
		{"\xED\xA0", nil, false},
		{"\xC3\x00", nil, false},
		{"�\x00", []uint16{0xFFFD, 0}, true},
	} {
		got, ok := appendUTF16(nil, []byte(test.path))
		if ok != test.ok || ok && !slices.Equal(got, test.want) {
			t.Errorf("appendUTF16(%q) = %x, %v", test.path, got, ok)
		}
	}
}

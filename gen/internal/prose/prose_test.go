package prose

import (
	"reflect"
	"testing"
)

func TestWrap(t *testing.T) {
	got := Wrap("One two\nthree.\n\nFour – five.\n", 9)
	want := []string{"One two", "three.", "", "Four –", "five."}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrefixLeavesNoTrailingSpace(t *testing.T) {
	if got := Prefix([]string{"a", "", "b"}, " * "); got != " * a\n *\n * b" {
		t.Errorf("got %q", got)
	}
}

package main

import "testing"

// The committed files are what the specification makes of them.
func TestTheRepositoryIsFresh(t *testing.T) {
	if err := run(true); err != nil {
		t.Error(err)
	}
}

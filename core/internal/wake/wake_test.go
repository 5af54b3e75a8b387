package wake

import (
	"testing"
	"time"
)

func TestEvent(t *testing.T) {
	var event Event
	if errno := event.Open(); errno != 0 {
		t.Fatal(errno)
	}
	defer event.Close()
	if event.Wait(0) {
		t.Fatal("set from the start")
	}
	start := time.Now()
	if event.Wait(30*time.Millisecond) || time.Since(start) < 30*time.Millisecond {
		t.Fatalf("the wait ended after %v", time.Since(start))
	}
	for range 1000 {
		event.Set()
	}
	if !event.Wait(0) || !event.Wait(Forever) {
		t.Fatal("not set")
	}
	event.Clear()
	if event.Wait(0) {
		t.Fatal("still set after Clear")
	}
	event.Clear() // of a latch that is not set: no wait
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(10 * time.Millisecond)
		event.Set()
	}()
	defer func() { <-done }()
	if !event.Wait(10 * time.Second) {
		t.Fatal("not woken")
	}
}

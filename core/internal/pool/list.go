package pool

import "github.com/ayafileio/ayafileio/core/internal/backend"

// List is an intrusive first-in-first-out list of requests. The zero value is empty.
type List struct {
	head, tail *backend.Request
	count      int
}

// Len counts the requests in the list.
func (l *List) Len() int { return l.count }

// Empty tells whether there is nothing in the list.
func (l *List) Empty() bool { return l.head == nil }

// Push adds at the end.
func (l *List) Push(r *backend.Request) {
	r.Next = nil
	l.count++
	if l.tail == nil {
		l.head = r
	} else {
		l.tail.Next = r
	}
	l.tail = r
}

// Pop takes the first out; nil when empty.
func (l *List) Pop() *backend.Request {
	r := l.head
	if r != nil {
		l.head = r.Next
		if l.head == nil {
			l.tail = nil
		}
		r.Next = nil
		l.count--
	}
	return r
}

// PushList moves everything of other to the end.
func (l *List) PushList(other *List) {
	if other.head == nil {
		return
	}
	if l.tail == nil {
		l.head = other.head
	} else {
		l.tail.Next = other.head
	}
	l.tail = other.tail
	l.count += other.count
	*other = List{}
}

// Take moves at most len(out) requests from the front into out and returns how many.
func (l *List) Take(out []*backend.Request) int {
	count := 0
	for count < len(out) && l.head != nil {
		out[count] = l.Pop()
		count++
	}
	return count
}

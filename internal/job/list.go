package job

import (
	"bytes"
	"time"
)

// Filter selects jobs of one account. Zero fields do not restrict.
type Filter struct {
	From   time.Time // created at or after
	To     time.Time // created at or before (inclusive)
	ID     ID
	States StateSet
	Oldest bool // oldest first; default newest first
}

// StateSet is a set of states. The zero value stands for all of them.
type StateSet uint8

// States makes a set.
func States(states ...State) StateSet {
	var s StateSet
	for _, st := range states {
		s |= 1 << st
	}
	return s
}

// Has says whether the set lets st through.
func (s StateSet) Has(st State) bool { return s == 0 || s&(1<<st) != 0 }

// Range turns times, id and cursor into one range of ids: from inclusive, to exclusive. An
// index is sought by one bound on each side only and would step over the rows between two. An id
// holds its own creation time, so the end of the times, which is inclusive, becomes the first
// id one nanosecond later.
func (f Filter) Range(cursor ID) (from, to ID) {
	for i := range to {
		to[i] = 0xff
	}
	if !f.From.IsZero() {
		from = FirstID(f.From)
	}
	if !f.To.IsZero() {
		to = FirstID(f.To.Add(time.Nanosecond))
	}
	if !f.ID.IsZero() {
		from, to = later(from, f.ID), earlier(to, following(f.ID))
	}
	switch {
	case cursor.IsZero():
	case f.Oldest:
		from = later(from, following(cursor))
	default:
		to = earlier(to, cursor)
	}
	return from, to
}

func earlier(a, b ID) ID {
	if bytes.Compare(a[:], b[:]) < 0 {
		return a
	}
	return b
}

func later(a, b ID) ID {
	if bytes.Compare(a[:], b[:]) > 0 {
		return a
	}
	return b
}

// following is the smallest id after id; the largest stays as it is.
func following(id ID) ID {
	next := id
	for i := len(next) - 1; i >= 0; i-- {
		next[i]++
		if next[i] != 0 {
			return next
		}
	}
	return id
}

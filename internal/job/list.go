package job

import "time"

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

package queue

import (
	_ "embed"

	"github.com/klauspost/compress/s2"
)

// Outcomes say much the same of every file: the names of fields, formats, codecs and tags. A dictionary of
// what others said takes that off each, at no cost in time. A released dictionary never changes and is never
// removed: stored values name the one that they need.

//go:embed dictionary/1.s2dict
var dictionary1 []byte

// dictionaries are by number, and the last is the one that is written with.
var dictionaries = []*s2.Dict{
	1: s2.NewDict(dictionary1),
}

const newestDictionary = 1

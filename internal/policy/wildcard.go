package policy

import "unicode/utf8"

// match reports whether pattern covers all of s: "*" stands for any characters or none, "?" for
// one character.
//
// Only the last "*" met is ever reconsidered, so the work is at most the product of the two
// lengths, and about their sum unless the text between two stars nearly repeats itself.
func match(pattern, s string) bool {
	star, resume := -1, 0 // after the last star: in pattern, and in s where it ends for now
	p, i := 0, 0
	for i < len(s) || p < len(pattern) {
		if p < len(pattern) {
			switch c := pattern[p]; {
			case c == '*':
				p++
				star, resume = p, i
				continue
			case c == '?' && i < len(s):
				p++
				i += runeLen(s[i:])
				continue
			case i < len(s) && c == s[i]:
				p++
				i++
				continue
			}
		}
		// Where s has run out it would run out again, further on.
		if star < 0 || i >= len(s) {
			return false
		}
		resume += runeLen(s[resume:])
		p, i = star, resume
	}
	return true
}

// runeLen is the length of the first character of s; a byte that is not UTF-8 is one.
func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

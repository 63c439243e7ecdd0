// Package differential holds our own readers to ffprobe's recorded answers: every value of
// every sample of their containers, after one printer, with an allow-list that names each
// exception and its reason. It needs no ffprobe.
package differential

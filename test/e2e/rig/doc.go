// Package rig holds what tests of the built binary need: the binary itself, a server process
// that is started, stopped and killed, a signed caller of its API, and origins to read from.
// It looks at the product from outside only.
package rig

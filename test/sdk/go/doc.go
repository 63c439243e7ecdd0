// Package sdk runs the vendor's own Go clients, unmodified and pinned, against the built server.
//
// It is a module of its own, so that the product depends on none of these clients. The server
// is a child process: the binary named by MEDIAGAUGE_BIN, or one built from this repository.
// Everything is on loopback.
package sdk

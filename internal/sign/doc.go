// Package sign computes the two request signatures of the API: RPC "V1" (HMAC-SHA1 over the
// parameters) and V3 (ACS3-HMAC-SHA256 over method, query, headers and body hash).
//
// It is pure: plain values in, strings out. It knows no HTTP types, no clock and no keys. Both
// sides use it, the server to recompute a signature and our own client to make one.
//
// Clients differ in how they spell a parameter on the wire (a space as "+" or "%20", "*" raw or
// encoded). The signature never depends on that: values are decoded form-style first and encoded
// again here, by one rule, RFC 3986.
package sign

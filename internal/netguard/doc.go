// Package netguard decides which URLs may be fetched and which addresses may be dialled.
//
// A name proves nothing about where a connection ends, so the decision is made at dial time,
// on the address the socket is about to connect to; every redirect and every retry passes the
// same check. Public unicast addresses pass, everything else needs an entry in an Allow list.
// The URL check in front of it refuses what two URL parsers could read differently.
package netguard

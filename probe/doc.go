// Package probe is the front door of the library: it describes a media file from its headers.
//
// A Prober is made from the formats the caller imports and asks them in order:
//
//	p := probe.New(formats...)
//	info, err := p.Probe(ctx, probe.NewBytes(data))
//
// Everything a format reads goes through a Reader, which holds it to Limits and counts what
// was spent. Errors say whose fault they are (see Kind) and where in the file they arose.
// No input makes the library panic or allocate by a number the file claims.
package probe

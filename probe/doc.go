// Package probe is the front door of the library: it describes a media file from its headers.
//
// A Prober is made from the formats the caller imports and asks them in order. Only these are
// linked into the program:
//
//	p := probe.New(mp4.Format, matroska.Format) // or all.Formats...
//	info, err := p.Probe(ctx, probe.NewBytes(data))
//
// A Source is anything that reads at an offset: NewSource makes one of an open file, NewBytes of
// a byte slice, and two methods of your own make one of a remote object.
//
// Everything a format reads goes through a Reader, which holds it to Limits and counts what
// was spent. Errors say whose fault they are (see Kind) and where in the file they arose. A file
// that is understood, but has a value that only decoding would tell, is refused by a named rule
// (see RuleOf) instead of being answered in part.
//
// No input makes the library panic or allocate by a number the file claims.
package probe

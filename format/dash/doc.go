// Package dash reads manifests of Dynamic Adaptive Streaming over HTTP (ISO/IEC 23009-1): the
// representations of a period, each described by the opening of its segments, which the manifest's
// own source opens and the other formats read.
package dash

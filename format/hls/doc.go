// Package hls reads HTTP Live Streaming playlists (RFC 8216): a multivariant playlist with its
// variants and renditions, or a media playlist. What the streams are is told by the opening of a
// segment, which the playlist's own source opens and the other formats read.
package hls

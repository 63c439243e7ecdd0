// Package mp4 reads the headers of ISO base media files: MP4, M4A, QuickTime MOV, 3GP and
// fragmented MP4 (ISO/IEC 14496-12 and -14, Apple's QuickTime File Format, 3GPP TS 26.244).
//
// It reads the box structure and, where a value stands only there, the first bytes of a few
// samples, and gives the values ffprobe 5.1 gives. A value that ffprobe takes from decoded
// samples is not guessed: the file is refused by a named rule, see Rules.
package mp4

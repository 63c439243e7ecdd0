// Package media is the vocabulary of media facts: what a file's container, tracks and
// codecs are called and how their numbers are kept. It does no input or output.
//
// Info describes a file. Its Tracks hold what is common to all; a Track of kind KindVideo has a
// Video and one of kind KindAudio an Audio. The zero value of a field means that the fact is not
// known; types with a Known method tell so themselves.
//
// Times stay in ticks with their timebase and rates stay ratios until somebody prints them,
// so that no precision is lost on the way. Names of codecs, formats, profiles, pixel formats
// and channel layouts are the ones ffprobe prints.
//
// Functions such as CodecString, DisplaySize and HDR judge facts that were read: they
// conclude and never guess.
package media

// Package media is the vocabulary of media facts: what a file's container, tracks and
// codecs are called and how their numbers are kept. It does no input or output.
//
// Times stay in ticks with their timebase and rates stay ratios until somebody prints them,
// so that no precision is lost on the way. Names of codecs, formats, profiles, pixel formats
// and channel layouts are the ones ffprobe prints.
package media

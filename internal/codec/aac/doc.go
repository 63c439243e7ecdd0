// Package aac reads the configuration of MPEG-4 audio (ISO/IEC 14496-3): AudioSpecificConfig, and
// the headers of ADTS and LATM, which carry the same facts in a stream.
//
// What ffprobe says of AAC it learns from the configuration and the first frame. Config.Describe
// fills in what the configuration decides; Config.Doubt names what only the first frame can tell.
package aac

// Package dts reads DTS Coherent Acoustics (ETSI TS 102 114): core frames, the headers of extension
// substreams, DTS Express, and MP4's ddts box.
//
// What it tells exactly are plain core frames and DTS Express. Of frames with other extensions it tells
// which there are; what ffprobe makes of them depends on how they decode.
package dts

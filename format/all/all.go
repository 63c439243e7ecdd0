// Package all lists every format, in the order in which they are asked.
package all

import (
	"github.com/mediagauge/mediagauge/format/ac3"
	"github.com/mediagauge/mediagauge/format/adts"
	"github.com/mediagauge/mediagauge/format/aiff"
	"github.com/mediagauge/mediagauge/format/amr"
	"github.com/mediagauge/mediagauge/format/annexb"
	"github.com/mediagauge/mediagauge/format/ape"
	"github.com/mediagauge/mediagauge/format/asf"
	"github.com/mediagauge/mediagauge/format/au"
	"github.com/mediagauge/mediagauge/format/caf"
	"github.com/mediagauge/mediagauge/format/dash"
	"github.com/mediagauge/mediagauge/format/dsf"
	"github.com/mediagauge/mediagauge/format/dts"
	"github.com/mediagauge/mediagauge/format/flac"
	"github.com/mediagauge/mediagauge/format/flv"
	"github.com/mediagauge/mediagauge/format/hls"
	"github.com/mediagauge/mediagauge/format/image"
	"github.com/mediagauge/mediagauge/format/ivf"
	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/format/mp4"
	"github.com/mediagauge/mediagauge/format/mpc"
	"github.com/mediagauge/mediagauge/format/mpegaudio"
	"github.com/mediagauge/mediagauge/format/mpegps"
	"github.com/mediagauge/mediagauge/format/mpegts"
	"github.com/mediagauge/mediagauge/format/mxf"
	"github.com/mediagauge/mediagauge/format/ogg"
	"github.com/mediagauge/mediagauge/format/riff"
	"github.com/mediagauge/mediagauge/format/subtitle"
	"github.com/mediagauge/mediagauge/format/tta"
	"github.com/mediagauge/mediagauge/format/wavpack"
	"github.com/mediagauge/mediagauge/probe"
)

// Formats is the ordered list: unambiguous magic first. Formats that are told by a magic of
// their own cannot be mistaken for one another; their order follows how common they are.
var Formats = []probe.Format{
	mp4.Format,       // box types of four letters at a fixed place
	matroska.Format,  // an EBML header that names one of its document types
	flv.Format,       // "FLV" and a version
	hls.Format,       // "#EXTM3U" and a tag of a stream
	dash.Format,      // an MPD element and a DASH profile
	flac.Format,      // "fLaC" and a STREAMINFO block
	riff.AVI,         // "RIFF" and "AVI "
	riff.WAV,         // "RIFF" and "WAVE"
	mxf.Format,       // the key of a header partition pack, 13 bytes
	asf.Format,       // the identifier of a header object, 16 bytes
	ivf.Format,       // "DKIF" and the size of its header
	ogg.Format,       // "OggS" and version 0
	aiff.Format,      // "FORM" and "AIFF" or "AIFC"
	au.Format,        // ".snd"
	caf.Format,       // "caff" and version 1
	wavpack.Format,   // "wvpk" and a version
	tta.Format,       // "TTA1"
	mpc.SV7,          // "MP+" and version 7
	mpc.SV8,          // "MPCK"
	dsf.Format,       // "DSD " and the size of its chunk
	ape.Format,       // "MAC " and a version
	image.PNG,        // eight bytes
	image.GIF,        // "GIF87a" or "GIF89a"
	image.WebP,       // "RIFF" and "WEBP"
	image.JPEG,       // three bytes
	image.TIFF,       // four bytes
	image.BMP,        // two bytes and the size of a header
	amr.Format,       // "#!AMR"
	subtitle.WebVTT,  // a line "WEBVTT"
	subtitle.ASS,     // "[Script Info]"
	subtitle.TTML,    // a tt element and its namespace
	subtitle.SRT,     // a number and a line of two times
	mpegts.Format,    // a row of sync bytes at the distance of packets
	mpegps.Format,    // a pack header
	annexb.MPEGVideo, // a start code and a sequence header
	annexb.H264,      // start codes and parameter sets
	annexb.HEVC,
	dts.Format, // a sync word of 32 bits
	ac3.AC3,    // sync words of 16 bits at the distance of frames
	ac3.EAC3,
	adts.Format,      // sync words of 12 bits at the distance of frames
	mpegaudio.Format, // sync words of 11 bits at the distance of frames: the weakest, and asked last
}

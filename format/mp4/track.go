package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/media"
)

// noTime marks a time or length that is not known.
const noTime = math.MinInt64

// track is one stream: a trak box, or a picture in the metadata.
type track struct {
	index    int
	id       int64
	kind     media.Kind
	codec    string // ffprobe's name; "" when the sample entry's tag is not known
	tag      media.FourCC
	format   string // type of the sample entry, of the original format when encrypted
	enabled  bool
	language string
	metadata media.Metadata

	cover []byte // a picture from the metadata, kept as an attached one
	thumb bool   // a picture track that chapters refer to

	timescale  int64
	duration   int64 // in ticks
	start      int64 // in ticks
	tkWidth    int   // of tkhd, whole pixels
	tkHeight   int
	hasMatrix  bool
	matrix     [9]int32
	sar        media.Rational // of the container
	dar        media.Rational // of an Avid box
	timecodeOf int64          // track reference of kind tmcd

	entry   sampleEntry
	entries int // sample entries read

	leftOut  bool // further sample entries are of another type
	anyEntry bool // further sample entries are of the same type

	samples sampleTable
	edits   editList

	padding     int64 // audio samples to leave out at the start
	dtsShift    int64
	delay       int // reorder depth that the composition times show
	timeOffset  int64
	trackEnd    int64
	frames      int64 // of stts
	fpsFrames   int64
	fpsDuration int64
	dataSize    int64
	bitRate     int64
	refs        []dataRef
	hasSidx     bool
	encrypted   bool

	step    uint32 // duration of the first sample of the fragments
	hasStep bool
	varies  bool
	beat    uint32 // duration of the samples after the first
	uneven  bool   // not all of those last equally long
	gap     bool   // a fragment begins elsewhere than the one before ended
	jump    bool   // fragments were left out before the next

	stated, next fragmentTime // where the fragment begins, and where its next run does

	timed     bool  // a fragment states its decoding time
	untimed   bool  // a fragment states none
	firstTime int64 // of the first and the latest fragment that do
	lastTime  int64

	aac         *aac.Config    // of MPEG-4 audio
	out         media.Track    // what is reported
	reordering  *h264.Delay    // finds the reorder depth of H.264 that does not state it
	reordered   bool           // ffprobe would look no further
	codecRate   media.Rational // frame rate that the codec states
	needsPacket bool           // ffprobe knows the codec's parameters only after a packet
	opaque      bool           // ffprobe never knows them
	silent      bool           // its packets are never given out

	rawCount int64 // packets of the tables, before edits
	index0   index // packets in decoding order, as ffmpeg has them after the header
	rates    framerate.Estimator
	rate     media.Rational
	avg      media.Rational
}

func (t *track) isAudio() bool { return t.kind == media.KindAudio }

// noteRun notices samples of unequal length. first and second are the lengths of a run's first
// two samples; even says whether all are as long as the first, evenAfter whether those after it
// are as long as the second.
func (t *track) noteRun(first, second uint32, n int64, even, evenAfter bool) {
	switch {
	case !t.hasStep:
		t.step, t.hasStep = first, true
		if n > 1 {
			t.beat = second
		}
		t.uneven = !evenAfter
	case t.beat == 0:
		t.beat = first
		fallthrough
	default:
		t.uneven = t.uneven || !even || first != t.beat
	}
	t.varies = t.varies || t.step != first || !even
}

func (t *track) setMeta(key, value string) {
	if t.metadata == nil {
		t.metadata = media.Metadata{}
	}
	t.metadata[key] = value
}

// sampleEntry is what the sample description box says (ISO/IEC 14496-12, 8.5.2).
type sampleEntry struct {
	width, height int
	depth         int // bits per coded sample
	codecName     string

	channels   int
	mask       uint64 // channel layout; 0 when only the count is known
	ambisonic  bool
	sampleRate int
	audioID    int16 // compression id of a QuickTime sound description
	samplesPer int64 // QuickTime: samples in a compressed frame
	bytesPer   int64 // QuickTime: bytes of a compressed frame

	extradata  []byte
	fieldOrder string
	color      media.Color
	objectType byte
	fullParse  bool // ffmpeg takes the packets apart
	service    int  // audio service type of dac3; -1 without one
	dataRef    int
	dovi       []byte
	ext        extension
}

// dataRef is an entry of dref: media that may lie in another file.
type dataRef struct {
	kind string
	path string
}

type chapter struct {
	id    int64
	start int64
	end   int64
	scale int64
	title string
}

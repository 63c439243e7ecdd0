package matroska

import "github.com/mediagauge/mediagauge/probe"

// The track types that make a stream, RFC 9559 section 5.1.4.1.3.
const (
	typeVideo    = 1
	typeAudio    = 2
	typeSubtitle = 17
	typeMetadata = 33
)

// trackEntry is one TrackEntry, RFC 9559 section 5.1.4.1.
type trackEntry struct {
	off             int64
	number          uint64
	uid             uint64
	kind            uint64
	name            *string
	codecID         *string
	codecPrivate    []byte
	language        string
	defaultDuration uint64
	scale           float64
	codecDelay      uint64
	seekPreRoll     uint64
	flagDefault     bool
	flagForced      bool
	video           videoEntry
	audio           audioEntry
	planes          []plane
	encodings       []encoding
	mappings        []mapping
}

// videoEntry is the Video element; numbers that are not there are unset.
type videoEntry struct {
	width, height               uint64
	displayWidth, displayHeight uint64
	displayUnit                 uint64
	interlaced, fieldOrder      uint64
	stereoMode                  uint64
	alphaMode                   uint64
	fourCC                      []byte
	frameRate                   float64
	colour                      *colourEntry
	projection                  *projection // nil when there is none
}

const unset = 1<<64 - 1

// colourEntry is the Colour element.
type colourEntry struct {
	matrix, transfer, primaries, colorRange uint64
	sitingHorz, sitingVert                  uint64
	maxCLL, maxFALL                         uint64
	mastering                               *masteringEntry
}

// audioEntry is the Audio element.
type audioEntry struct {
	rate, outRate float64
	channels      uint64
	bitDepth      uint64
}

// plane is a track that a virtual track combines.
type plane struct{ uid, kind uint64 }

// encoding is one ContentEncoding.
type encoding struct {
	scope, kind uint64
	algo        uint64
	settings    []byte
	keyID       []byte
}

// mapping is one BlockAdditionMapping.
type mapping struct {
	kind  uint64
	extra []byte
}

const (
	maxPlanes            = 64
	planeCount           = 3  // left eye, right eye, background
	stereoModeCount      = 15 // values that ffprobe knows
	fieldOrderUnknown    = 2
	displayUnitUnknown   = 4
	interlacedYes        = 1
	interlacedNo         = 2
	encodingBlocks       = 1
	encodingCodecPrivate = 2
)

func newVideoEntry() videoEntry {
	return videoEntry{
		displayWidth: unset, displayHeight: unset,
		fieldOrder: fieldOrderUnknown, stereoMode: stereoModeCount,
	}
}

// addTrack takes one TrackEntry.
func (f *file) addTrack(c child) error {
	if c.id != idTrackEntry {
		return nil
	}
	if len(f.tracks) >= f.r.Limits().MaxTracks {
		return fault(probe.Limit, c.off, "more than %d tracks", len(f.tracks))
	}
	t := &trackEntry{off: c.off, language: "eng", scale: 1, flagDefault: true, video: newVideoEntry(), audio: audioEntry{rate: 8000, channels: 1}}
	f.tracks = append(f.tracks, t)
	return c.master().each(t.add)
}

func (t *trackEntry) add(c child) error {
	switch c.id {
	case idTrackNumber:
		t.number = c.uint(0)
	case idTrackUID:
		t.uid = c.uint(0)
	case idTrackType:
		t.kind = c.uint(0)
	case idName:
		s := c.text()
		t.name = &s
	case idCodecID:
		s := c.text()
		t.codecID = &s
	case idCodecPrivate:
		t.codecPrivate = c.body
	case idLanguage:
		t.language = c.text()
		if len(c.body) == 0 {
			t.language = "eng"
		}
	case idDefaultDuration:
		t.defaultDuration = c.uint(0)
	case idTrackTimestampScale:
		t.scale = c.float(1)
	case idCodecDelay:
		t.codecDelay = c.uint(0)
	case idSeekPreRoll:
		t.seekPreRoll = c.uint(0)
	case idFlagDefault:
		t.flagDefault = c.uint(1) != 0
	case idFlagForced:
		t.flagForced = c.uint(0) != 0
	case idVideo:
		t.video = newVideoEntry()
		return c.master().each(t.video.add)
	case idAudio:
		t.audio = audioEntry{rate: 8000, channels: 1}
		return c.master().each(t.audio.add)
	case idTrackOperation, idContentEncodings:
		return c.master().each(t.addNested)
	case idBlockAdditionMapping:
		return t.addMapping(c)
	}
	return nil
}

// addNested takes what is one level deeper than its effect.
func (t *trackEntry) addNested(c child) error {
	switch c.id {
	case idCombinePlanes:
		return c.master().each(func(c child) error {
			var p plane
			err := c.master().each(func(c child) error {
				switch c.id {
				case idPlaneUID:
					p.uid = c.uint(0)
				case idPlaneType:
					p.kind = c.uint(0)
				}
				return nil
			})
			if t.planes = append(t.planes, p); len(t.planes) > maxPlanes {
				return fault(probe.Limit, c.off, "more than %d planes", maxPlanes)
			}
			return err
		})
	case idContentEncoding:
		e := encoding{scope: encodingBlocks}
		err := c.master().each(e.add)
		t.encodings = append(t.encodings, e)
		return err
	}
	return nil
}

func (e *encoding) add(c child) error {
	switch c.id {
	case idEncodingScope:
		e.scope = c.uint(encodingBlocks)
	case idEncodingType:
		e.kind = c.uint(0)
	case idContentCompression, idContentEncryption:
		return c.master().each(e.add)
	case idContentCompAlgo:
		e.algo = c.uint(0)
	case idContentCompSettings:
		e.settings = c.body
	case idContentEncKeyID:
		e.keyID = c.body
	}
	return nil
}

func (t *trackEntry) addMapping(c child) error {
	var m mapping
	err := c.master().each(func(c child) error {
		switch c.id {
		case idBlockAddIDType:
			m.kind = c.uint(0)
		case idBlockAddIDExtraData:
			m.extra = c.body
		}
		return nil
	})
	t.mappings = append(t.mappings, m)
	return err
}

func (v *videoEntry) add(c child) error {
	switch c.id {
	case idPixelWidth:
		v.width = c.uint(0)
	case idPixelHeight:
		v.height = c.uint(0)
	case idDisplayWidth:
		v.displayWidth = c.uint(unset)
	case idDisplayHeight:
		v.displayHeight = c.uint(unset)
	case idDisplayUnit:
		v.displayUnit = c.uint(0)
	case idFlagInterlaced:
		v.interlaced = c.uint(0)
	case idFieldOrder:
		v.fieldOrder = c.uint(fieldOrderUnknown)
	case idStereoMode:
		v.stereoMode = c.uint(stereoModeCount)
	case idAlphaMode:
		v.alphaMode = c.uint(0)
	case idUncompressedFC:
		v.fourCC = c.body
	case idFrameRate:
		v.frameRate = c.float(0)
	case idColour:
		if v.colour == nil { // of several ffprobe takes the first
			v.colour = &colourEntry{matrix: 2, transfer: 2, primaries: 2}
			return c.master().each(v.colour.add)
		}
	case idProjection:
		v.projection = &projection{off: c.off}
		return c.master().each(v.projection.add)
	}
	return nil
}

func (e *colourEntry) add(c child) error {
	switch c.id {
	case idMatrix:
		e.matrix = c.uint(2)
	case idTransfer:
		e.transfer = c.uint(2)
	case idPrimaries:
		e.primaries = c.uint(2)
	case idRange:
		e.colorRange = c.uint(0)
	case idChromaSitingHorz:
		e.sitingHorz = c.uint(0)
	case idChromaSitingVert:
		e.sitingVert = c.uint(0)
	case idMaxCLL:
		e.maxCLL = c.uint(0)
	case idMaxFALL:
		e.maxFALL = c.uint(0)
	case idMastering:
		e.mastering = &masteringEntry{}
		return c.master().each(e.mastering.add)
	}
	return nil
}

func (a *audioEntry) add(c child) error {
	switch c.id {
	case idSamplingFreq:
		a.rate = c.float(8000)
	case idOutSamplingFreq:
		a.outRate = c.float(0)
	case idChannels:
		a.channels = c.uint(1)
	case idBitDepth:
		a.bitDepth = c.uint(0)
	}
	return nil
}

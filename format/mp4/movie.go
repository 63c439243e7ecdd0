package mp4

import (
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// movie is what has been read of one file so far.
type movie struct {
	r        *probe.Reader
	src      *source
	depth    int
	maxDepth int
	path     []string
	traks    int // trak boxes met, for paths

	isom   bool // the major brand is not QuickTime's
	brands string
	avif   bool

	timescale      int64
	duration       int64 // of mvhd, in microseconds; noTime when fragments make it meaningless
	start          int64 // in microseconds
	matrix         [3][3]int32
	tracks         []*track
	inTrak         bool
	trex           []trex
	foundMoov      bool
	foundMdat      bool
	foundMoof      bool
	metadata       media.Metadata
	itunes         bool // inside ilst
	mdta           bool // the metadata handler is QuickTime's key list
	keys           []string
	chapters       []chapter
	chapTracks     []uint32
	bitrates       []int64 // of a Smooth Streaming manifest
	handBrake      int     // version of the encoder that wrote the file, 1000000·major + 1000·minor + micro
	frag           fragment
	moofs          int
	extraFragments int
	moofSize       int64
	runSamples     int64 // in all fragments
	spareSamples   int64 // that may still be written out
	hasSidx        bool
	refTrack       *track // whose segment index stands for tracks without one
	refOffset      int64
	soughtMfra     bool
	prefetched     bool
	complete       bool  // the fragments are known from an index
	sampled        bool  // of the fragments only the first and last were read
	sampleReads    int   // reads after which a sampled file is given up
	firstMoof      int64 // where the first fragment lies
	nextRoot       int64 // where reading goes on once the packets of the fragments read are used up

	segmentsEnd int64 // where the last segment of a complete index ends
	headerEnd   int64 // where reading of the header ended

	cut         cutBox
	mdatFirst   bool // media data before the header
	foundHidden bool
	warnings    []media.Warning
}

// last returns the track that boxes outside any track belong to, as ffmpeg sees it: the newest.
func (m *movie) last() *track {
	if len(m.tracks) == 0 {
		return nil
	}
	return m.tracks[len(m.tracks)-1]
}

func (m *movie) setMeta(key, value string) {
	if m.metadata == nil {
		m.metadata = media.Metadata{}
	}
	m.metadata[key] = value
}

func (m *movie) warn(off int64, message string) {
	const enough = 32
	if len(m.warnings) < enough {
		m.warnings = append(m.warnings, media.Warning{Path: m.where(""), Offset: off, Message: message})
	}
}

// newTrack adds a track, at most as many as the limits allow.
func (m *movie) newTrack() (*track, error) {
	if limit := m.r.Limits().MaxTracks; len(m.tracks) >= limit {
		return nil, probe.Errorf(probe.Limit, "more than %d tracks", limit)
	}
	t := &track{index: len(m.tracks), id: -1, kind: media.KindData, duration: noTime, start: noTime}
	m.tracks = append(m.tracks, t)
	return t, nil
}

package matroska

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// stream is what becomes one entry of the answer: a track or an attachment.
type stream struct {
	t       media.Track
	meta    metadata
	entry   *trackEntry // nil for attachments
	att     *attachment
	priv    []byte // CodecPrivate, decompressed and without what wraps it
	dtsOnly bool   // Video for Windows: block timestamps are in decoding order
	strip   []byte // in front of every frame, by header stripping
	zlib    bool   // frames are compressed
	opaque  bool   // frames are encrypted
	sim     simulation
}

// makeStreams turns tracks and attachments into streams, as far as headers go.
func (f *file) makeStreams() error {
	if f.segInfo.scale == 0 {
		f.segInfo.scale = 1_000_000
	}
	if math.IsNaN(f.segInfo.duration) {
		f.segInfo.duration = 0
	}
	f.byNumber = make(map[uint64]*stream, len(f.tracks))
	for i, e := range f.tracks {
		s, err := f.makeStream(e)
		if err != nil {
			return place(err, e.off, fmt.Sprintf("Segment/Tracks/TrackEntry[%d]", i))
		}
		if _, taken := f.byNumber[e.number]; !taken {
			f.byNumber[e.number] = s
		}
		if s == nil {
			continue
		}
		s.t.Index = len(f.streams)
		f.streams = append(f.streams, s)
		f.markPlanes(i, e, s)
	}
	for i, a := range f.attached {
		if !a.complete() {
			continue
		}
		s, err := f.attachedStream(a)
		if err != nil {
			return place(err, a.data, fmt.Sprintf("Segment/Attachments/AttachedFile[%d]", i))
		}
		s.t.Index = len(f.streams)
		a.stream = s
		f.streams = append(f.streams, s)
	}
	f.keepChapters()
	f.meta = f.general()
	f.spread(&f.meta)
	return nil
}

// place tells an error where it arose, unless it knows.
func place(err error, off int64, path string) error {
	e, ok := err.(*probe.Error)
	if !ok {
		e = probe.Errorf(probe.Malformed, "%w", err)
	}
	if e.Offset < 0 {
		e.Offset = off
	}
	if e.Path == "" {
		e.Path = path
	}
	return e
}

// makeStream checks a track as ffprobe does and gives nil for one that makes no stream.
func (f *file) makeStream(e *trackEntry) (*stream, error) {
	if e.codecID == nil || *e.codecID == "" || !e.consistent() {
		if e.codecID != nil && *e.codecID == "" {
			return nil, probe.Refuse(ruleCodec, "an empty CodecID")
		}
		return nil, nil
	}
	s := &stream{entry: e, priv: e.codecPrivate}
	s.t.Codec.Name = codecOf(*e.codecID)
	s.t.Kind = map[uint64]media.Kind{typeVideo: media.KindVideo, typeAudio: media.KindAudio, typeSubtitle: media.KindSubtitle}[e.kind]
	if s.t.Kind == media.KindUnknown && s.t.Codec.Name == "webvtt" {
		s.t.Kind = media.KindSubtitle
	}
	if r := e.audio.rate; math.IsNaN(r) || r < 0 || r > math.MaxInt32 {
		e.audio.rate = 8000
	}
	if err := s.decodings(); err != nil {
		return nil, err
	}
	if err := f.timebase(s); err != nil {
		return nil, err
	}
	if e.language != "und" {
		s.meta.set("language", &e.language)
	}
	s.meta.set("title", e.name)
	s.t.Disposition.Default = e.flagDefault
	s.t.Disposition.Forced = e.flagForced
	switch e.kind {
	case typeVideo:
		if err := f.video(s); err != nil {
			return nil, err
		}
	case typeAudio:
		if e.audio.outRate == 0 {
			e.audio.outRate = e.audio.rate
		}
		if r := e.audio.outRate; math.IsNaN(r) || r < 0 || r > math.MaxInt32 || e.audio.channels > 64 {
			return nil, probe.Refuse(ruleCodec, "%d channels of %g Hz", e.audio.channels, r)
		}
		s.t.Audio = &media.Audio{SampleRate: int(e.audio.outRate), Channels: int(e.audio.channels)}
	}
	if err := s.unwrap(); err != nil {
		return nil, err
	}
	return s, s.configure()
}

// consistent says whether type and CodecID go together.
func (e *trackEntry) consistent() bool {
	first := (*e.codecID)[:min(1, len(*e.codecID))]
	switch e.kind {
	case typeVideo:
		return first == "V"
	case typeAudio:
		return first == "A"
	case typeSubtitle, typeMetadata:
		return first == "D" || first == "S"
	}
	return false
}

func codecOf(codecID string) string {
	for _, c := range codecIDs {
		if strings.HasPrefix(codecID, c.prefix) {
			return c.codec
		}
	}
	return ""
}

// timebase is the segment's scale times the track's, in nanoseconds.
func (f *file) timebase(s *stream) error {
	if s.entry.scale < 0.01 || math.IsNaN(s.entry.scale) {
		s.entry.scale = 1
	}
	ns := float64(f.segInfo.scale) * s.entry.scale
	if ns > math.MaxUint32 || ns < 1 {
		return probe.Refuse(ruleTimestampScale, "ticks of %g ns", ns)
	}
	tb := rational.Nearest(int64(ns), 1_000_000_000, math.MaxInt32)
	s.t.Timebase = media.Timebase(tb)
	return nil
}

// decodings applies ContentEncodings to CodecPrivate, RFC 9559 section 5.1.4.1.31, and notes
// what they do to frames.
func (s *stream) decodings() error {
	list := s.entry.encodings
	if len(list) == 0 {
		return nil
	}
	if len(list) > 1 {
		return probe.Refuse(ruleEncoding, "%d content encodings", len(list))
	}
	e := list[0]
	if e.kind != 0 {
		if len(e.keyID) > 0 {
			id := base64.StdEncoding.EncodeToString(e.keyID)
			s.meta.set("enc_key_id", &id)
			s.t.Encryption = &media.Encryption{}
			if len(e.keyID) == 16 {
				s.t.Encryption.KeyID = fmt.Sprintf("%x", e.keyID)
			}
		}
		s.opaque = true
		return nil
	}
	switch e.algo {
	case algoStrip:
		if e.scope&encodingCodecPrivate != 0 && len(s.priv) > 0 {
			s.priv = append(bytes.Clone(e.settings), s.priv...)
		}
		if e.scope&encodingBlocks != 0 {
			s.strip = e.settings
		}
	case algoZlib:
		if e.scope&encodingCodecPrivate != 0 && len(s.priv) > 0 {
			plain, err := inflate(s.priv)
			if err != nil {
				return probe.Refuse(ruleEncoding, "CodecPrivate does not decompress: %w", err)
			}
			s.priv = plain
		}
		s.zlib = e.scope&encodingBlocks != 0
	default:
		return probe.Refuse(ruleEncoding, "compression %d", e.algo)
	}
	return nil
}

// The values of ContentCompAlgo that are read.
const (
	algoZlib  = 0
	algoStrip = 3
)

// maxInflated bounds what CodecPrivate may decompress to.
const maxInflated = 1 << 20

func inflate(b []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxInflated+1))
	if err == nil && len(plain) > maxInflated {
		err = fmt.Errorf("more than %d bytes", maxInflated)
	}
	return plain, err
}

// inflateHead decompresses up to n bytes of what may be cut off.
func inflateHead(b []byte, n int) []byte {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(io.LimitReader(r, int64(n))) // what is cut off ends in an error
	return plain
}

// markPlanes tells the tracks that a virtual track combines what they are.
func (f *file) markPlanes(index int, e *trackEntry, s *stream) {
	if e.kind != typeVideo {
		return
	}
	for _, p := range e.planes {
		if p.kind >= planeCount {
			continue
		}
		mode := fmt.Sprintf("%s_%d", planes[p.kind], index)
		for _, other := range f.streams {
			if other.entry.uid == p.uid {
				other.meta.set("stereo_mode", &mode)
				break
			}
		}
	}
}

// general gives the file's own metadata out of Info.
func (f *file) general() metadata {
	var m metadata
	m.set("title", f.segInfo.title)
	m.set("encoder", f.segInfo.muxer)
	if len(f.segInfo.date) == 8 {
		const epoch = 978_307_200_000_000 // 2001-01-01 in microseconds
		us := int64(binary.BigEndian.Uint64(f.segInfo.date))/1000 + epoch
		t := time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
		m.set("creation_time", &t)
	}
	return m
}

package mp4

import (
	"encoding/hex"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/dovi"
	"github.com/mediagauge/mediagauge/internal/codec/rfc6381"
	"github.com/mediagauge/mediagauge/media"
)

// extension keeps what a sample entry says beyond the codec: light, depth and protection.
type extension struct {
	mastering  *media.Mastering
	light      *media.ContentLight
	stereo     string
	projection string
	encryption *media.Encryption
	record     []byte // of codecs whose string stands only in a box that ffprobe does not read
}

// readMdcv reads the mastering display's colour volume (ISO/IEC 14496-12, 12.1.5; mdcv of
// ISO/IEC 23000-19): primaries in the order green, blue, red.
func (m *movie) readMdcv(b box) error {
	t := m.last()
	if t == nil || len(b.body) < 24 {
		return malformed("mastering display box of %d bytes", len(b.body))
	}
	if t.entry.ext.mastering != nil {
		return nil
	}
	const chroma, luma = 50000, 10000
	c := b.cursor()
	green, blue, red, white := point(c, chroma), point(c, chroma), point(c, chroma), point(c, chroma)
	t.entry.ext.mastering = &media.Mastering{
		Red: red, Green: green, Blue: blue, WhitePoint: white,
		MaxLuminance: over(int64(c.U32()), luma), MinLuminance: over(int64(c.U32()), luma),
	}
	return nil
}

// readSmDm reads the same of VP9 (VP Codec ISO Media File Format Binding).
func (m *movie) readSmDm(b box) error {
	t := m.last()
	if t == nil || len(b.body) < 5 {
		return malformed("mastering display box of %d bytes", len(b.body))
	}
	if b.body[0] != 0 || t.entry.ext.mastering != nil || len(b.body) < 28 {
		return nil
	}
	const chroma = 1 << 16
	c := b.cursor()
	c.Skip(4)
	red, green, blue, white := point(c, chroma), point(c, chroma), point(c, chroma), point(c, chroma)
	t.entry.ext.mastering = &media.Mastering{
		Red: red, Green: green, Blue: blue, WhitePoint: white,
		MaxLuminance: over(int64(c.U32()), 1<<8), MinLuminance: over(int64(c.U32()), 1<<14),
	}
	return nil
}

func over(num, den int64) media.Rational { return media.Rational{Num: num, Den: den} }

func point(c *bits.Cursor, den int64) media.Chromaticity {
	x, y := c.U16(), c.U16()
	return media.Chromaticity{X: over(int64(x), den), Y: over(int64(y), den)}
}

// readLight reads the content light level: clli, or CoLL of VP9, which is a full box.
func (m *movie) readLight(b box) error {
	t := m.last()
	c := b.cursor()
	if b.kind == "CoLL" {
		if c.U32()>>24 != 0 {
			return nil
		}
	}
	light := media.ContentLight{MaxCLL: int(c.U16()), MaxFALL: int(c.U16())}
	if t == nil || c.Err() != nil {
		return malformed("light level box of %d bytes", len(b.body))
	}
	if t.entry.ext.light == nil {
		t.entry.ext.light = &light
	}
	return nil
}

// readSt3d reads how the views of a stereoscopic picture are packed (Spherical Video V2).
func (m *movie) readSt3d(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 5 || t.entry.ext.stereo != "" {
		return malformed("stereoscopic video box of %d bytes", len(b.body))
	}
	modes := []string{"2D", "top and bottom", "side by side"}
	if mode := int(b.body[4]); mode < len(modes) {
		t.entry.ext.stereo = modes[mode]
	}
	return nil
}

// readSv3d reads the projection of spherical video (Spherical Video V2): what stands in the
// header box svhd, then proj with prhd and the projection's own box.
func (m *movie) readSv3d(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 8 {
		return malformed("spherical video box of %d bytes", len(b.body))
	}
	c := b.cursor()
	size := c.U32()
	if size <= 12 || int64(size) > int64(len(b.body)) {
		return malformed("spherical video header of %d bytes", size)
	}
	if c.FourCC() != "svhd" {
		return nil
	}
	c.Skip(int(size) - 8)
	c.Skip(4)
	if c.FourCC() != "proj" {
		return nil
	}
	c.Skip(4)
	if c.FourCC() != "prhd" || c.U32()>>24 != 0 {
		return nil
	}
	c.Skip(12 + 4)
	kind := c.FourCC()
	c.Skip(4)
	switch kind {
	case "cbmp":
		if c.U32() == 0 && c.Err() == nil {
			t.entry.ext.projection = "cubemap"
		}
	case "equi":
		bounds := c.U32() | c.U32() | c.U32() | c.U32()
		t.entry.ext.projection = "equirectangular"
		if bounds != 0 {
			t.entry.ext.projection = "tiled equirectangular"
		}
	}
	if c.Err() != nil {
		return refuse("box-overrun", "spherical video box of %d bytes", len(b.body))
	}
	return nil
}

// protect notes what a protection box says: the scheme (schm) or the default key (tenc).
func (t *track) protect(b box) {
	e := t.entry.ext.encryption
	if e == nil {
		e = &media.Encryption{}
		t.entry.ext.encryption = e
	}
	switch {
	case b.kind == "schm" && len(b.body) >= 8:
		e.Scheme = printable(string(b.body[4:8]))
	case b.kind == "tenc" && len(b.body) >= 24:
		e.KeyID = hex.EncodeToString(b.body[8:24])
	}
}

// extend fills in the facts that are ours alone.
func (m *movie) extend(info *media.Info) {
	fragmented := len(m.trex) > 0 || m.moofs > 0
	faststart := !m.mdatFirst
	seekable := m.hasSidx || m.prefetched
	for _, t := range m.tracks {
		seekable = seekable || t.rawCount > 0
	}
	info.Container = media.Container{Faststart: &faststart, Fragmented: &fragmented, Seekable: &seekable}
	info.Timecode = m.metadata["timecode"]
	for _, t := range m.tracks {
		if info.Timecode == "" {
			info.Timecode = t.metadata["timecode"]
		}
	}
}

// extendTrack does so for one track.
func (m *movie) extendTrack(t *track, o *media.Track) {
	x := &t.entry.ext
	o.Encryption = x.encryption
	if t.encrypted && o.Encryption == nil {
		o.Encryption = &media.Encryption{}
	}
	o.CodecString = t.codecString()
	v := o.Video
	if v == nil {
		return
	}
	if x.mastering != nil {
		v.Mastering = x.mastering
	}
	if x.light != nil {
		v.ContentLight = x.light
	}
	v.StereoMode, v.Projection = x.stereo, x.projection
	v.DolbyVision = dolbyVision(t.entry.dovi)
	v.FrameRateMode = m.frameRateMode(t)
}

// codecString spells the codecs whose string follows from the configuration record alone.
func (t *track) codecString() string {
	x := t.entry.extradata
	switch {
	case t.format == "avc1" || t.format == "avc3":
		return rfc6381.AVC(t.format, x)
	case t.format == "hvc1" || t.format == "hev1":
		return rfc6381.HEVC(t.format, x)
	case t.format == "av01":
		return rfc6381.AV1(x)
	case t.format == "vp08" || t.format == "vp09":
		return rfc6381.VP(t.format, t.entry.ext.record)
	case t.format == "vvc1" || t.format == "vvi1":
		return rfc6381.VVC(t.format, t.entry.ext.record)
	case t.format == "ac-4":
		return rfc6381.AC4(t.entry.ext.record)
	}
	return ""
}

// minRoundedTicks is how many ticks a picture must last for a difference of one to be rounding,
// of a rate that does not divide the timescale.
const minRoundedTicks = 16

// frameRateMode says whether all pictures last equally long, the last one aside; "" when not
// all lengths were seen.
func (m *movie) frameRateMode(t *track) media.FrameRateMode {
	s := &t.samples
	runs := s.deltas()
	if t.cover != nil || m.complete && m.headerEnd < m.segmentsEnd || runs == 0 && !t.hasStep {
		return ""
	}
	low, high := int64(math.MaxInt64), int64(0)
	seen := func(duration int64) { low, high = min(low, duration), max(high, duration) }
	for i := range runs {
		if count, duration := s.delta(i); i == 0 || i < runs-1 || count > 1 {
			seen(duration)
		}
	}
	if t.hasStep {
		seen(int64(t.step))
	}
	if t.varies || high-low > 1 || high != low && low < minRoundedTicks {
		return media.VariableFrameRate
	}
	return media.ConstantFrameRate
}

// dolbyVision reads a Dolby Vision configuration record; nil when there is none that is whole.
func dolbyVision(record []byte) *media.DolbyVision {
	c, err := dovi.ParseConfig(record)
	if err != nil {
		return nil
	}
	return &media.DolbyVision{
		VersionMajor: c.VersionMajor, VersionMinor: c.VersionMinor,
		Profile: c.Profile, Level: c.Level, RPU: c.RPU, EL: c.Enhancement, BL: c.Base,
		BLCompatibilityID: c.Compatibility,
	}
}

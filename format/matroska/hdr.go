package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/dovi"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// masteringEntry is the MasteringMetadata element, RFC 9559 section 5.1.4.1.28.30. Coordinates
// go red, green, blue, white.
type masteringEntry struct {
	x, y     [4]float64
	max, min float64
	hasMin   bool
}

func (e *masteringEntry) add(c child) error {
	v := c.float(0)
	switch c.id {
	case idPrimaryRX:
		e.x[0] = v
	case idPrimaryRY:
		e.y[0] = v
	case idPrimaryGX:
		e.x[1] = v
	case idPrimaryGY:
		e.y[1] = v
	case idPrimaryBX:
		e.x[2] = v
	case idPrimaryBY:
		e.y[2] = v
	case idWhiteX:
		e.x[3] = v
	case idWhiteY:
		e.y[3] = v
	case idLuminanceMax:
		e.max = v
	case idLuminanceMin:
		e.min, e.hasMin = v, true
	}
	return nil
}

// describe gives the display's colours and luminances, each group only when it is complete.
func (e *masteringEntry) describe() *media.Mastering {
	if e == nil {
		return nil
	}
	colours := true
	for i := range e.x {
		colours = colours && e.x[i] > 0 && e.y[i] > 0
	}
	luminance := e.hasMin && e.min >= 0 && e.max > e.min
	if !colours && !luminance {
		return nil
	}
	m := &media.Mastering{}
	if colours {
		m.Red, m.Green, m.Blue, m.WhitePoint = e.point(0), e.point(1), e.point(2), e.point(3)
	}
	if luminance {
		m.MaxLuminance, m.MinLuminance = rational.FromFloat(e.max), rational.FromFloat(e.min)
	}
	return m
}

func (e *masteringEntry) point(i int) media.Chromaticity {
	return media.Chromaticity{X: rational.FromFloat(e.x[i]), Y: rational.FromFloat(e.y[i])}
}

// The types of a BlockAdditionMapping that is a Dolby Vision configuration record.
const (
	mappingDVCC = 0x64766343 // "dvcC"
	mappingDVVC = 0x64767643 // "dvvC"
)

// dolbyVision reads the configuration record among the mappings of a track.
func (e *trackEntry) dolbyVision() (*media.DolbyVision, error) {
	var out *media.DolbyVision
	for _, m := range e.mappings {
		if m.kind != mappingDVCC && m.kind != mappingDVVC {
			continue
		}
		c, err := dovi.ParseConfig(m.extra)
		if err != nil {
			return nil, err
		}
		out = &media.DolbyVision{
			VersionMajor: c.VersionMajor, VersionMinor: c.VersionMinor, Profile: c.Profile, Level: c.Level,
			BLCompatibilityID: c.Compatibility, RPU: c.RPU, EL: c.Enhancement, BL: c.Base,
		}
	}
	return out, nil
}

// fromSEI takes mastering and light levels from HEVC's messages where the container has none.
func fromSEI(v *media.Video, h h265.HDR) {
	if m := h.Mastering; m != nil && v.Mastering == nil {
		point := func(p [2]int) media.Chromaticity {
			return media.Chromaticity{X: media.Rational{Num: int64(p[0]), Den: 50000}.Reduce(), Y: media.Rational{Num: int64(p[1]), Den: 50000}.Reduce()}
		}
		v.Mastering = &media.Mastering{
			Green: point(m.Primaries[0]), Blue: point(m.Primaries[1]), Red: point(m.Primaries[2]), WhitePoint: point(m.WhitePoint),
			MaxLuminance: media.Rational{Num: int64(m.MaxLuminance), Den: 10000}.Reduce(),
			MinLuminance: media.Rational{Num: int64(m.MinLuminance), Den: 10000}.Reduce(),
		}
	}
	if l := h.ContentLight; l != nil && v.ContentLight == nil {
		v.ContentLight = &media.ContentLight{MaxCLL: l.MaxCLL, MaxFALL: l.MaxFALL}
	}
}

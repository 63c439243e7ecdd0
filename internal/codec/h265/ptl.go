package h265

import "github.com/mediagauge/mediagauge/internal/bits"

// ProfileTierLevel is profile_tier_level() of 7.3.3, the general part.
type ProfileTierLevel struct {
	ProfileSpace         int
	HighTier             bool
	ProfileIDC           int
	ProfileCompatibility uint32 // flag 0 is the most significant bit
	ConstraintFlags      uint64 // the 48 bits after the compatibility flags
	LevelIDC             int
}

// parsePTL reads the general part and steps over the sub-layers.
func parsePTL(r *bits.BitReader, maxSubLayers int) ProfileTierLevel {
	p := ProfileTierLevel{ProfileSpace: r.Int(2), HighTier: r.Flag(), ProfileIDC: r.Int(5)}
	p.ProfileCompatibility = r.U(32)
	p.ConstraintFlags = r.U64(48)
	p.LevelIDC = r.Int(8)
	if maxSubLayers <= 1 {
		return p
	}
	present := r.U(16) // two bits for each of eight sub-layers, profile and level
	for i := range maxSubLayers - 1 {
		flags := present >> (14 - 2*i)
		if flags&2 != 0 {
			r.Skip(88)
		}
		if flags&1 != 0 {
			r.Skip(8)
		}
	}
	return p
}

// Profile returns general_profile_idc; where that is 0, the first profile the stream is
// compatible with, as ffprobe does.
func (p *ProfileTierLevel) Profile() int {
	if p.ProfileIDC != 0 {
		return p.ProfileIDC
	}
	for i := 1; i < 32; i++ {
		if p.ProfileCompatibility&(1<<(31-i)) != 0 {
			return i
		}
	}
	return 0
}

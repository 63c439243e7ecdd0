package h265

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// VPS is what else depends on of a video parameter set, under the names of 7.3.2.1.
type VPS struct {
	ID             int
	MaxSubLayers   int
	PTL            ProfileTierLevel
	TimingInfo     bool
	NumUnitsInTick uint32
	TimeScale      uint32
}

// ParseVPS reads a NAL unit of type 32.
func ParseVPS(nalu []byte) (*VPS, error) {
	if kind, ok := nalType(nalu); !ok || kind != nalVPS {
		return nil, errNotNAL
	}
	v, err := parseVPS(bits.NewRBSPReader(bits.Unescape(nalu[nalHeader:])))
	if err != nil {
		return nil, fmt.Errorf("video parameter set: %w", err)
	}
	return v, nil
}

// parseVPS follows video_parameter_set_rbsp() of 7.3.2.1 up to the timing information.
func parseVPS(r *bits.BitReader) (*VPS, error) {
	v := &VPS{ID: r.Int(4)}
	r.Skip(2) // base layer flags
	r.Skip(6) // vps_max_layers_minus1
	v.MaxSubLayers = r.Int(3) + 1
	r.Skip(1) // vps_temporal_id_nesting_flag
	if r.U(16) != 0xffff || v.MaxSubLayers > 7 {
		if err := r.Err(); err != nil {
			return nil, err
		}
		return nil, errValue
	}
	v.PTL = parsePTL(r, v.MaxSubLayers)
	if _, err := parseOrdering(r, v.MaxSubLayers); err != nil {
		return nil, err
	}
	maxLayerID := r.Int(6)
	sets := r.UE()
	if sets >= 1024 {
		return nil, errValue
	}
	r.Skip(int(sets) * (maxLayerID + 1)) // layer_id_included_flag
	if v.TimingInfo = r.Flag(); v.TimingInfo {
		v.NumUnitsInTick, v.TimeScale = r.U(32), r.U(32)
	}
	return v, r.Err()
}

// parseOrdering reads the sub-layer ordering information that both sets have, and returns
// max_num_reorder_pics of the highest sub-layer.
func parseOrdering(r *bits.BitReader, maxSubLayers int) (reorder int, err error) {
	n := 1
	if r.Flag() { // sub_layer_ordering_info_present_flag
		n = maxSubLayers
	}
	for range n {
		buffering, pics := r.UE(), r.UE()
		r.UE() // max_latency_increase_plus1
		if buffering > 15 || pics > 15 {
			return 0, errValue
		}
		reorder = int(pics)
	}
	return reorder, r.Err()
}

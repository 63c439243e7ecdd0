package h264

import (
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// PPS is a picture parameter set under the names of 7.3.2.2, up to what slice headers need.
type PPS struct {
	ID                             int
	SPSID                          int
	EntropyCodingMode              bool // CABAC
	BottomFieldPicOrderInFrame     bool
	NumRefIdxL0, NumRefIdxL1       int
	WeightedPred                   bool
	WeightedBipredIDC              int
	DeblockingFilterControlPresent bool
	ConstrainedIntraPred           bool
	RedundantPicCntPresent         bool
}

// ParsePPS reads a NAL unit of type 8. sps are the sequence parameter sets known so far.
func ParsePPS(nalu []byte, sps map[int]*SPS) (*PPS, error) {
	if len(nalu) < 2 || nalu[0]&0x1f != nalPPS {
		return nil, errNotNAL
	}
	p, err := parsePPS(bits.NewRBSPReader(bits.Unescape(nalu[nalHeader:])))
	if err == nil && sps[p.SPSID] == nil {
		err = errNoSPS
	}
	if err != nil {
		return nil, fmt.Errorf("picture parameter set: %w", err)
	}
	return p, nil
}

func parsePPS(r *bits.BitReader) (*PPS, error) {
	id, sps := r.UE(), r.UE()
	if id >= maxPPS || sps >= maxSPS {
		return nil, errValue
	}
	p := &PPS{ID: int(id), SPSID: int(sps)}
	p.EntropyCodingMode = r.Flag()
	p.BottomFieldPicOrderInFrame = r.Flag()
	if groups := r.UE(); groups != 0 {
		return nil, errSliceGroups
	}
	l0, l1 := r.UE(), r.UE()
	if l0 > 31 || l1 > 31 {
		return nil, errValue
	}
	p.NumRefIdxL0, p.NumRefIdxL1 = int(l0)+1, int(l1)+1
	p.WeightedPred = r.Flag()
	p.WeightedBipredIDC = r.Int(2)
	r.SE() // pic_init_qp_minus26
	r.SE() // pic_init_qs_minus26
	r.SE() // chroma_qp_index_offset
	p.DeblockingFilterControlPresent = r.Flag()
	p.ConstrainedIntraPred = r.Flag()
	p.RedundantPicCntPresent = r.Flag()
	return p, r.Err()
}

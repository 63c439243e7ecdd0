package h264

import "github.com/mediagauge/mediagauge/internal/bits"

// Slice types modulo 5 (table 7-6).
const (
	sliceP  = 0
	sliceB  = 1
	sliceI  = 2
	sliceSP = 3
	sliceSI = 4
)

// maxSliceHeader bounds how much of a slice is looked at: a header with every table at its
// longest stays below it.
const maxSliceHeader = 8 << 10

// slice is a slice header under the names of 7.3.3, up to the reference picture marking.
type slice struct {
	sps            *SPS
	pps            *PPS
	refIDC         int
	idr            bool
	firstMb        uint32
	kind           int // slice_type modulo 5
	frameNum       int
	fieldPic       bool
	bottomField    bool
	idrPicID       uint32
	pocLsb         int
	deltaPOCBottom int32
	deltaPOC       [2]int32
	mmcoReset      bool // memory_management_control_operation 5
}

// parseSlice follows slice_header() of 7.3.3.
func (p *ParameterSets) parseSlice(nalu []byte) (*slice, error) {
	nalu = nalu[:min(len(nalu), maxSliceHeader)]
	if len(nalu) < 2 {
		return nil, errNotNAL
	}
	s := &slice{refIDC: int(nalu[0] >> 5 & 3), idr: nalu[0]&0x1f == nalIDR}
	r := bits.NewBitReader(bits.Unescape(nalu[nalHeader:]))
	s.firstMb = r.UE()
	kind, pps := r.UE(), r.UE()
	if kind > 9 || pps >= maxPPS {
		return nil, errValue
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	s.kind = int(kind % 5)
	var err error
	if s.sps, s.pps, err = p.active(int(pps)); err != nil {
		return nil, err
	}
	s.frameNum = r.Int(s.sps.Log2MaxFrameNum)
	if !s.sps.FrameMbsOnly {
		if s.fieldPic = r.Flag(); s.fieldPic {
			s.bottomField = r.Flag()
		}
	}
	if s.idr {
		s.idrPicID = r.UE()
	}
	s.parsePicOrder(r)
	if s.pps.RedundantPicCntPresent {
		r.UE()
	}
	if s.refIDC != 0 && !s.idr {
		s.parseReferences(r)
	}
	return s, r.Err()
}

func (s *slice) parsePicOrder(r *bits.BitReader) {
	switch {
	case s.sps.PicOrderCntType == 0:
		s.pocLsb = r.Int(s.sps.Log2MaxPicOrderCntLsb)
		if s.pps.BottomFieldPicOrderInFrame && !s.fieldPic {
			s.deltaPOCBottom = r.SE()
		}
	case s.sps.PicOrderCntType == 1 && !s.sps.DeltaPicOrderAlwaysZero:
		s.deltaPOC[0] = r.SE()
		if s.pps.BottomFieldPicOrderInFrame && !s.fieldPic {
			s.deltaPOC[1] = r.SE()
		}
	}
}

// parseReferences reads on to dec_ref_pic_marking() (7.3.3.3) to learn whether the picture resets
// the picture order.
func (s *slice) parseReferences(r *bits.BitReader) {
	if s.kind == sliceB {
		r.Skip(1) // direct_spatial_mv_pred_flag
	}
	counts := [2]int{s.pps.NumRefIdxL0, s.pps.NumRefIdxL1}
	lists := 0
	switch s.kind {
	case sliceP, sliceSP:
		lists = 1
	case sliceB:
		lists = 2
	}
	if lists > 0 && r.Flag() { // num_ref_idx_active_override_flag
		for i := range lists {
			counts[i] = int(r.UE()&0x3f) + 1
		}
	}
	for range lists {
		skipRefPicListModification(r)
	}
	if s.pps.WeightedPred && lists == 1 || s.pps.WeightedBipredIDC == 1 && lists == 2 {
		s.skipPredWeightTable(r, counts[:lists])
	}
	if !r.Flag() { // adaptive_ref_pic_marking_mode_flag
		return
	}
	for r.Err() == nil {
		switch r.UE() {
		case 0:
			return
		case 1, 2, 4, 6:
			r.UE()
		case 3:
			r.UE()
			r.UE()
		case 5:
			s.mmcoReset = true
		}
	}
}

// skipRefPicListModification follows one list of 7.3.3.1.
func skipRefPicListModification(r *bits.BitReader) {
	if !r.Flag() {
		return
	}
	for r.Err() == nil && r.UE() != 3 {
		r.UE()
	}
}

// skipPredWeightTable follows 7.3.3.2.
func (s *slice) skipPredWeightTable(r *bits.BitReader, counts []int) {
	colour := s.sps.ChromaFormatIDC != 0
	r.UE()
	if colour {
		r.UE()
	}
	for _, n := range counts {
		for range n {
			if r.Flag() {
				r.SE()
				r.SE()
			}
			if colour && r.Flag() {
				for range 4 {
					r.SE()
				}
			}
		}
	}
}

package h264

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

var (
	errNotIDR = errors.New("stream does not start with an IDR picture")
	errReset  = errors.New("picture that resets the picture order")
	errFields = errors.New("field without its pair")
	errChange = errors.New("pictures of several parameter sets")
)

// dpb is the largest number of frames that a decoder may hold back.
const dpb = 16

// Delay finds the reorder depth of a stream whose parameter sets do not tell it, the way ffprobe's
// decoder does: it starts with what the container tells, raises it with each picture that comes
// out of order, and stops after as many pictures as ffprobe decodes.
//
// ffprobe also stops once the packets it read, of all tracks, pass 5,000,000 bytes or five
// seconds; that is the caller's to watch.
type Delay struct {
	sets    *ParameterSets
	sps     *SPS
	order   order
	depth   int
	last    [dpb]int64 // the latest picture order counts, in order
	held    []heldPicture
	nextOut int64
	decoded int
}

// heldPicture is a picture that waits for its turn.
type heldPicture struct {
	poc int64
	key bool // no picture after it comes before it
}

// NewDelay starts with the depth that the container told, 0 when it told none.
func (p *ParameterSets) NewDelay(depth int) *Delay {
	d := &Delay{sets: p, depth: depth, nextOut: math.MinInt64}
	d.forget()
	return d
}

// Depth returns the reorder depth so far. It is ffprobe's once Add said that it is done, or when
// the stream has no more pictures.
func (d *Delay) Depth() int { return d.depth }

// forget empties the list of picture order counts.
func (d *Delay) forget() {
	for i := range d.last {
		d.last[i] = math.MinInt64
	}
}

// Add takes in the next access unit, whole or cut off after its slice headers, and says whether
// ffprobe would decode no more. It is an error when the headers cannot settle the depth.
func (d *Delay) Add(au []byte) (done bool, err error) {
	fields, err := d.sets.fields(au)
	if err != nil {
		return false, err
	}
	first := fields[0]
	if d.sps == nil && first.idr {
		d.sps = first.sps
	}
	switch {
	case d.sps == nil:
		return false, errNotIDR
	case first.sps != d.sps:
		return false, errChange
	case first.fieldPic && len(fields) != 2:
		return false, errFields
	}
	if first.idr {
		d.order.reset()
		d.forget()
	}
	if d.gap(first) {
		d.forget()
	}
	poc := int64(math.MaxInt64)
	for _, f := range fields {
		if f.mmcoReset {
			return false, errReset
		}
		top, bottom := d.order.next(f)
		poc = min(poc, top, bottom)
		d.order.end(f)
	}
	key := d.arrange(poc, first.kind == sliceB)
	d.output(heldPicture{poc, key || first.idr})
	return d.settled(), nil
}

// gap says whether frames are missing before a picture although the stream does not allow it.
// Without reference frames ffprobe never sees a gap.
func (d *Delay) gap(s *slice) bool {
	if s.sps.MaxNumRefFrames == 0 {
		return false
	}
	size := int64(1) << s.sps.Log2MaxFrameNum
	num := int64(s.frameNum)
	return !s.sps.GapsInFrameNumAllowed && num != d.order.prevFrameNum && num != (d.order.prevFrameNum+1)%size
}

// arrange puts a picture order count into the list and raises the depth by how far from its end
// it belongs. It says whether the count comes before all others, which starts a new order.
func (d *Delay) arrange(poc int64, b bool) (restart bool) {
	i := 0
	for i < dpb && poc >= d.last[i] {
		if i > 0 {
			d.last[i-1] = d.last[i]
		}
		i++
	}
	if i > 0 {
		d.last[i-1] = poc
	}
	late := dpb - i
	if b || d.last[dpb-2] > math.MinInt64 && d.last[dpb-1]-d.last[dpb-2] > 2 {
		late = max(late, 1)
	}
	if late == dpb {
		d.forget()
		d.last[0] = poc
		return true
	}
	if _, told := d.sps.ReorderDepth(); !told {
		d.depth = max(d.depth, late)
	}
	return false
}

// output holds a picture back and lets the next one go when more are held than the depth.
func (d *Delay) output(p heldPicture) {
	d.held = append(d.held, p)
	out := 0
	for i := 1; i < len(d.held) && !d.held[i].key; i++ {
		if d.held[i].poc < d.held[out].poc {
			out = i
		}
	}
	if d.depth == 0 && d.held[0].key {
		d.nextOut = math.MinInt64
	}
	poc := d.held[out].poc
	late, full := poc < d.nextOut, len(d.held) > d.depth
	if late || full {
		d.held = slices.Delete(d.held, out, out+1)
	}
	if late || !full {
		return
	}
	d.decoded++
	d.nextOut = poc
	if out == 0 && len(d.held) > 0 && d.held[0].key {
		d.nextOut = math.MinInt64
	}
}

// settled says whether ffprobe takes the depth for known: it equals what the level allows, or
// enough pictures came out.
func (d *Delay) settled() bool {
	switch {
	case d.depth > 0 && d.depth == d.sps.impliedReorder():
		return true
	case d.depth < 3:
		return d.decoded >= 7
	case d.depth < 4:
		return d.decoded >= 18
	}
	return d.decoded >= 20
}

// impliedReorder is the reorder depth that ffprobe's decoder takes from a parameter set: the one
// told, else as many frames as the level lets a decoder hold.
func (s *SPS) impliedReorder() int {
	if depth, told := s.ReorderDepth(); told || s.MaxNumRefFrames == 0 {
		return depth
	}
	if mbs, ok := maxDPBMbs[s.LevelIDC]; ok {
		return min(mbs/(s.WidthInMbs*s.HeightInMbs), dpb-1)
	}
	return dpb - 1
}

// fields reads the first slice of each field of an access unit: one of a frame, two of a pair.
func (p *ParameterSets) fields(au []byte) ([]*slice, error) {
	var out []*slice
	for nalu := range p.nalUnits(au) {
		switch nalu[0] & 0x1f {
		case nalSPS, nalPPS:
			if err := p.Add(nalu); err != nil {
				return nil, err
			}
		case nalSlice, nalDPA, nalIDR:
			s, err := p.parseSlice(nalu)
			if err != nil {
				return nil, fmt.Errorf("slice header: %w", err)
			}
			if len(out) == 0 || len(out) == 1 && s.fieldPic && out[0].fieldPic && s.bottomField != out[0].bottomField {
				out = append(out, s)
			}
			if !s.fieldPic || len(out) == 2 {
				return out, nil
			}
		}
	}
	if len(out) == 0 {
		return nil, errNoSlice
	}
	return out, nil
}

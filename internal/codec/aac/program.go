package aac

import "github.com/mediagauge/mediagauge/internal/bits"

// Element is a channel element that a program config element lists.
type Element struct {
	Position Position
	Pair     bool // a channel pair element; else a single channel or LFE element
	Tag      int  // element_instance_tag
}

// Position says where an Element's loudspeakers stand.
type Position uint8

// The positions, in the order of a program config element.
const (
	Front Position = iota
	Side
	Back
	LFE
)

// ProgramConfig is program_config_element (ISO/IEC 14496-3, 4.4.1.1, table 4.2).
type ProgramConfig struct {
	ObjectType             int
	SamplingFrequencyIndex int
	Elements               []Element // front, side, back and LFE elements in the order they stand
	CouplingElements       int
}

// readProgramConfig reads a program config element with its instance tag. The counts have four
// bits at most, so that nothing is sized by a claim.
func readProgramConfig(r *bits.BitReader) *ProgramConfig {
	r.Skip(4) // element_instance_tag
	p := &ProgramConfig{ObjectType: r.Int(2), SamplingFrequencyIndex: r.Int(4)}
	counts := [3]int{r.Int(4), r.Int(4), r.Int(4)}
	lfe, assocData := r.Int(2), r.Int(3)
	p.CouplingElements = r.Int(4)
	if r.Flag() {
		r.Skip(4) // mono_mixdown_element_number
	}
	if r.Flag() {
		r.Skip(4) // stereo_mixdown_element_number
	}
	if r.Flag() {
		r.Skip(3) // matrix_mixdown_idx, pseudo_surround_enable
	}
	for position, n := range counts {
		for range n {
			p.Elements = append(p.Elements, Element{Position: Position(position), Pair: r.Flag(), Tag: r.Int(4)})
		}
	}
	for range lfe {
		p.Elements = append(p.Elements, Element{Position: LFE, Tag: r.Int(4)})
	}
	r.Skip(4*assocData + 5*p.CouplingElements)
	r.Align()
	r.Skip(8 * r.Int(8)) // comment_field_data
	return p
}

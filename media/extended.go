package media

// Provenance says how a verdict is known.
type Provenance string

// The provenances.
const (
	Stated  Provenance = "stated"  // the file says so in as many words
	Derived Provenance = "derived" // it follows from other facts of the file
)

// Verdict is an answer to a question that headers seldom answer in one field. Its zero value
// means that the facts do not decide.
type Verdict struct {
	Value      string     `json:"value"`
	Provenance Provenance `json:"provenance"`
	Basis      string     `json:"basis,omitzero"` // the facts it rests on, for people
}

// Known says whether there is an answer.
func (v Verdict) Known() bool { return v.Value != "" }

// Mastering is the volume of colours of the display a video was graded on (SMPTE ST 2086).
// Coordinates and luminances that the file does not give are zero Rationals.
type Mastering struct {
	Red          Chromaticity `json:"red,omitzero"`
	Green        Chromaticity `json:"green,omitzero"`
	Blue         Chromaticity `json:"blue,omitzero"`
	WhitePoint   Chromaticity `json:"white_point,omitzero"`
	MinLuminance Rational     `json:"min_luminance,omitzero"` // cd/m²
	MaxLuminance Rational     `json:"max_luminance,omitzero"` // cd/m²
}

// Chromaticity is a point of the CIE 1931 diagram; both parts lie between 0 and 1.
type Chromaticity struct {
	X Rational `json:"x"`
	Y Rational `json:"y"`
}

// ContentLight tells how bright a video gets (CTA-861.3). Zero means not known.
type ContentLight struct {
	MaxCLL  int `json:"max_cll,omitzero"`  // cd/m² of the brightest sample
	MaxFALL int `json:"max_fall,omitzero"` // cd/m², average of the brightest frame
}

// DolbyVision is the Dolby Vision configuration record (boxes dvcC, dvvC and dvwC; Matroska's
// BlockAdditionMapping of the same names).
type DolbyVision struct {
	VersionMajor      int  `json:"version_major"`
	VersionMinor      int  `json:"version_minor"`
	Profile           int  `json:"profile"`             // 4, 5, 7, 8, 9, 10, 20
	Level             int  `json:"level"`               // 1–13
	BLCompatibilityID int  `json:"bl_compatibility_id"` // 0 none, 1 HDR10, 2 SDR, 4 HLG, 6 Ultra HD Blu-ray
	RPU               bool `json:"rpu"`                 // metadata present
	EL                bool `json:"el"`                  // enhancement layer present
	BL                bool `json:"bl"`                  // base layer present
}

// Encryption says how a track's samples are protected. A track in the clear has none.
type Encryption struct {
	Scheme string `json:"scheme,omitzero"` // "cenc", "cens", "cbc1", "cbcs", "piff"…; empty when not known
	KeyID  string `json:"key_id,omitzero"` // default key, 32 lower-case hexadecimal digits
}

// Container tells how a file is laid out. A nil pointer means not known: true and false are
// both statements about the file.
type Container struct {
	Faststart  *bool `json:"faststart,omitzero"`  // what is needed to start playing lies before the media data
	Fragmented *bool `json:"fragmented,omitzero"` // samples lie in movie fragments (ISO/IEC 14496-12, 8.8)
	Seekable   *bool `json:"seekable,omitzero"`   // an index maps times to bytes: sample tables, sidx, mfra, Cues

	KeyMaterial bool `json:"key_material,omitzero"` // headers of protection systems lie in the file (box pssh)
}

// FrameRateMode says whether all frames of a track last equally long. The zero value means
// not looked at. Durations that differ by one tick are equal where a frame has at least 16 ticks:
// that is how a rate looks that does not divide the timescale.
type FrameRateMode string

// The frame-rate modes.
const (
	ConstantFrameRate FrameRateMode = "CFR"
	VariableFrameRate FrameRateMode = "VFR"
)

package media

// Video describes a moving-picture or still-picture track.
type Video struct {
	Width            int      `json:"width"`  // luma samples, coded orientation (not rotated)
	Height           int      `json:"height"` // luma samples
	CodedWidth       int      `json:"coded_width,omitzero"`
	CodedHeight      int      `json:"coded_height,omitzero"`
	SAR              Rational `json:"sar,omitzero"` // sample aspect ratio; zero when unknown
	DAR              Rational `json:"dar,omitzero"` // display aspect ratio; zero when unknown
	PixelFormat      string   `json:"pixel_format,omitzero"`
	BitDepth         int      `json:"bit_depth,omitzero"`          // bits of one luma sample, as the stream states
	ReorderDepth     int      `json:"reorder_depth,omitzero"`      // pictures held back for B-frames (ffprobe has_b_frames)
	FrameRate        Rational `json:"frame_rate,omitzero"`         // ffprobe r_frame_rate; zero when unknown
	AverageFrameRate Rational `json:"average_frame_rate,omitzero"` // ffprobe avg_frame_rate; zero when unknown
	FieldOrder       string   `json:"field_order,omitzero"`
	Color            Color    `json:"color,omitzero"`
	Rotation         int      `json:"rotation,omitzero"` // degrees clockwise to turn for display: 0–359
	ClosedCaptions   bool     `json:"closed_captions,omitzero"`
	FilmGrain        bool     `json:"film_grain,omitzero"`

	Mastering      *Mastering    `json:"mastering,omitzero"`       // nil when not stated
	ContentLight   *ContentLight `json:"content_light,omitzero"`   // nil when not stated
	DolbyVision    *DolbyVision  `json:"dolby_vision,omitzero"`    // nil when there is no record
	HDR10Plus      bool          `json:"hdr10_plus,omitzero"`      // ST 2094-40 metadata was seen; false proves nothing
	StereoMode     string        `json:"stereo_mode,omitzero"`     // ffprobe's words: "side by side", "top and bottom"…; empty when not stated
	StereoInverted bool          `json:"stereo_inverted,omitzero"` // the right eye comes first
	Projection     string        `json:"projection,omitzero"`      // of spherical video: "equirectangular", "cubemap", "tiled equirectangular"
	FrameRateMode  FrameRateMode `json:"frame_rate_mode,omitzero"` // from all frame durations the headers list; empty when they list none
}

// Color holds the CICP facts of a video track (ISO/IEC 23091-2) in ffprobe's words; empty when not stated.
type Color struct {
	Range          string `json:"range,omitzero"`
	Primaries      string `json:"primaries,omitzero"`
	Transfer       string `json:"transfer,omitzero"`
	Matrix         string `json:"matrix,omitzero"`
	ChromaLocation string `json:"chroma_location,omitzero"`
}

// Audio describes a sound track.
type Audio struct {
	SampleFormat  string `json:"sample_format,omitzero"` // "fltp"
	SampleRate    int    `json:"sample_rate,omitzero"`   // Hz
	Channels      int    `json:"channels,omitzero"`
	ChannelLayout string `json:"channel_layout,omitzero"` // "stereo"; empty when not stated
	BitsPerSample int    `json:"bits_per_sample,omitzero"`
	BitDepth      int    `json:"bit_depth,omitzero"` // significant bits of one sample, as the stream states (ffprobe bits_per_raw_sample)
}

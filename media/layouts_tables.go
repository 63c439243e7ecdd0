package media

// The channels of a ChannelMask, by the bits of WAVEFORMATEXTENSIBLE's dwChannelMask up to
// TopBackRight and ffprobe's own above.
const (
	FrontLeft          ChannelMask = 1 << 0
	FrontRight         ChannelMask = 1 << 1
	FrontCenter        ChannelMask = 1 << 2
	LowFrequency       ChannelMask = 1 << 3
	BackLeft           ChannelMask = 1 << 4
	BackRight          ChannelMask = 1 << 5
	FrontLeftOfCenter  ChannelMask = 1 << 6
	FrontRightOfCenter ChannelMask = 1 << 7
	BackCenter         ChannelMask = 1 << 8
	SideLeft           ChannelMask = 1 << 9
	SideRight          ChannelMask = 1 << 10
	TopCenter          ChannelMask = 1 << 11
	TopFrontLeft       ChannelMask = 1 << 12
	TopFrontCenter     ChannelMask = 1 << 13
	TopFrontRight      ChannelMask = 1 << 14
	TopBackLeft        ChannelMask = 1 << 15
	TopBackCenter      ChannelMask = 1 << 16
	TopBackRight       ChannelMask = 1 << 17
	DownmixLeft        ChannelMask = 1 << 29
	DownmixRight       ChannelMask = 1 << 30
	WideLeft           ChannelMask = 1 << 31
	WideRight          ChannelMask = 1 << 32
	SurroundLeft       ChannelMask = 1 << 33
	SurroundRight      ChannelMask = 1 << 34
	LowFrequency2      ChannelMask = 1 << 35
	TopSideLeft        ChannelMask = 1 << 36
	TopSideRight       ChannelMask = 1 << 37
	BottomFrontCenter  ChannelMask = 1 << 38
	BottomFrontLeft    ChannelMask = 1 << 39
	BottomFrontRight   ChannelMask = 1 << 40
)

// The layouts that codecs name, with ffprobe's names in the comments.
const (
	LayoutMono        = FrontCenter                                            // mono
	LayoutStereo      = FrontLeft | FrontRight                                 // stereo
	Layout2Point1     = LayoutStereo | LowFrequency                            // 2.1
	LayoutSurround    = LayoutStereo | FrontCenter                             // 3.0
	Layout3Point0Back = LayoutStereo | BackCenter                              // 3.0(back)
	Layout3Point1     = LayoutSurround | LowFrequency                          // 3.1
	Layout4Point0     = LayoutSurround | BackCenter                            // 4.0
	Layout4Point1     = Layout4Point0 | LowFrequency                           // 4.1
	LayoutQuad        = LayoutStereo | BackLeft | BackRight                    // quad
	LayoutQuadSide    = LayoutStereo | SideLeft | SideRight                    // quad(side)
	Layout5Point0     = LayoutSurround | SideLeft | SideRight                  // 5.0(side)
	Layout5Point0Back = LayoutSurround | BackLeft | BackRight                  // 5.0
	Layout5Point1     = Layout5Point0 | LowFrequency                           // 5.1(side)
	Layout5Point1Back = Layout5Point0Back | LowFrequency                       // 5.1
	Layout6Point0     = Layout5Point0 | BackCenter                             // 6.0
	Layout6Point1     = Layout5Point1 | BackCenter                             // 6.1
	Layout6Point1Back = Layout5Point1Back | BackCenter                         // 6.1(back)
	Layout7Point0     = Layout5Point0 | BackLeft | BackRight                   // 7.0
	Layout7Point1     = Layout5Point1 | BackLeft | BackRight                   // 7.1
	Layout7Point1Wide = Layout5Point1 | FrontLeftOfCenter | FrontRightOfCenter // 7.1(wide-side)
	layout7WideBack   = Layout5Point1Back | FrontLeftOfCenter | FrontRightOfCenter
	layoutOctagonal   = Layout5Point0 | BackLeft | BackCenter | BackRight
	layoutHexadecagon = layoutOctagonal | WideLeft | WideRight | TopBackLeft | TopBackRight | TopBackCenter | TopFrontCenter | TopFrontLeft | TopFrontRight
	Layout22Point2    = layout7WideBack | BackCenter | SideLeft | SideRight | topLayer | LowFrequency2 | TopSideLeft | TopSideRight | BottomFrontCenter | BottomFrontLeft | BottomFrontRight // 22.2
	topLayer          = TopCenter | TopFrontLeft | TopFrontCenter | TopFrontRight | TopBackLeft | TopBackCenter | TopBackRight
)

// layoutNames holds the layouts that have a name, in ffprobe's order: the first with as many
// channels is the usual layout of that many. Source: "ffmpeg -layouts" of 5.1.9.
var layoutNames = [...]struct {
	name string
	mask ChannelMask
}{
	{"mono", LayoutMono},
	{"stereo", LayoutStereo},
	{"2.1", Layout2Point1},
	{"3.0", LayoutSurround},
	{"3.0(back)", Layout3Point0Back},
	{"4.0", Layout4Point0},
	{"quad", LayoutQuad},
	{"quad(side)", LayoutQuadSide},
	{"3.1", Layout3Point1},
	{"5.0", Layout5Point0Back},
	{"5.0(side)", Layout5Point0},
	{"4.1", Layout4Point1},
	{"5.1", Layout5Point1Back},
	{"5.1(side)", Layout5Point1},
	{"6.0", Layout6Point0},
	{"6.0(front)", LayoutQuadSide | FrontLeftOfCenter | FrontRightOfCenter},
	{"hexagonal", Layout5Point0Back | BackCenter},
	{"6.1", Layout6Point1},
	{"6.1(back)", Layout6Point1Back},
	{"6.1(front)", LayoutQuadSide | FrontLeftOfCenter | FrontRightOfCenter | LowFrequency},
	{"7.0", Layout7Point0},
	{"7.0(front)", Layout5Point0 | FrontLeftOfCenter | FrontRightOfCenter},
	{"7.1", Layout7Point1},
	{"7.1(wide)", layout7WideBack},
	{"7.1(wide-side)", Layout7Point1Wide},
	{"octagonal", layoutOctagonal},
	{"hexadecagonal", layoutHexadecagon},
	{"downmix", DownmixLeft | DownmixRight},
	{"22.2", Layout22Point2},
}

// channelNames holds the channels that have a name, by bit; the others are called by number.
var channelNames = [64]string{
	"FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR",
	"TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
	29: "DL", "DR", "WL", "WR", "SDL", "SDR", "LFE2", "TSL", "TSR", "BFC", "BFL", "BFR",
}

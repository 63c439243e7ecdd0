package matroska

// codecIDs gives the codec by what a CodecID starts with (Matroska codec mappings, RFC 9559
// section 5.1.4.1.21), in the names observed in ffprobe's output. The first row that fits wins.
var codecIDs = []struct{ prefix, codec string }{
	{"A_AAC", "aac"},
	{"A_AC3", "ac3"},
	{"A_ALAC", "alac"},
	{"A_DTS", "dts"},
	{"A_EAC3", "eac3"},
	{"A_FLAC", "flac"},
	{"A_MLP", "mlp"},
	{"A_MPEG/L2", "mp2"},
	{"A_MPEG/L1", "mp1"},
	{"A_MPEG/L3", "mp3"},
	{"A_OPUS", "opus"},
	{"A_PCM/FLOAT/IEEE", "pcm_f32le"},
	{"A_PCM/INT/BIG", "pcm_s16be"},
	{"A_PCM/INT/LIT", "pcm_s16le"},
	{"A_QUICKTIME/QDMC", "qdmc"},
	{"A_QUICKTIME/QDM2", "qdm2"},
	{"A_REAL/14_4", "ra_144"},
	{"A_REAL/28_8", "ra_288"},
	{"A_REAL/ATRC", "atrac3"},
	{"A_REAL/COOK", "cook"},
	{"A_REAL/SIPR", "sipr"},
	{"A_TRUEHD", "truehd"},
	{"A_TTA1", "tta"},
	{"A_VORBIS", "vorbis"},
	{"A_WAVPACK4", "wavpack"},
	{"D_WEBVTT/SUBTITLES", "webvtt"},
	{"D_WEBVTT/CAPTIONS", "webvtt"},
	{"D_WEBVTT/DESCRIPTIONS", "webvtt"},
	{"D_WEBVTT/METADATA", "webvtt"},
	{"S_TEXT/UTF8", "subrip"},
	{"S_TEXT/ASCII", "text"},
	{"S_TEXT/ASS", "ass"},
	{"S_TEXT/SSA", "ass"},
	{"S_ASS", "ass"},
	{"S_SSA", "ass"},
	{"S_VOBSUB", "dvd_subtitle"},
	{"S_DVBSUB", "dvb_subtitle"},
	{"S_HDMV/PGS", "hdmv_pgs_subtitle"},
	{"S_HDMV/TEXTST", "hdmv_text_subtitle"},
	{"V_AV1", "av1"},
	{"V_AVS2", "avs2"},
	{"V_AVS3", "avs3"},
	{"V_DIRAC", "dirac"},
	{"V_FFV1", "ffv1"},
	{"V_MJPEG", "mjpeg"},
	{"V_MPEG1", "mpeg1video"},
	{"V_MPEG2", "mpeg2video"},
	{"V_MPEG4/ISO/ASP", "mpeg4"},
	{"V_MPEG4/ISO/AP", "mpeg4"},
	{"V_MPEG4/ISO/SP", "mpeg4"},
	{"V_MPEG4/ISO/AVC", "h264"},
	{"V_MPEGH/ISO/HEVC", "hevc"},
	{"V_MPEG4/MS/V3", "msmpeg4v3"},
	{"V_PRORES", "prores"},
	{"V_REAL/RV10", "rv10"},
	{"V_REAL/RV20", "rv20"},
	{"V_REAL/RV30", "rv30"},
	{"V_REAL/RV40", "rv40"},
	{"V_SNOW", "snow"},
	{"V_THEORA", "theora"},
	{"V_UNCOMPRESSED", "rawvideo"},
	{"V_VP8", "vp8"},
	{"V_VP9", "vp9"},
}

// vfwCodecs gives the codec of a Video for Windows code, upper-cased, as observed in ffprobe's
// output; it ignores letter case too.
var vfwCodecs = map[string]string{
	"ASV1": "asv1", "ASV2": "asv2", "AYUV": "ayuv", "CLJR": "cljr", "FSV1": "flashsv", "MPNG": "png",
	"R210": "r210", "V210": "v210", "V308": "v308", "V408": "v408",
	"ULH0": "utvideo", "ULH2": "utvideo", "ULH4": "utvideo", "ULRA": "utvideo", "ULRG": "utvideo",
	"ULY0": "utvideo", "ULY2": "utvideo", "ULY4": "utvideo",
	"3IV2": "mpeg4", "3IVD": "msmpeg4v3", "AP41": "msmpeg4v3", "AVC1": "h264", "BLZ0": "mpeg4",
	"DAVC": "h264", "DIV2": "msmpeg4v2", "DIV3": "msmpeg4v3", "DIV4": "msmpeg4v3", "DIV5": "msmpeg4v3",
	"DIV6": "msmpeg4v3", "DIVX": "mpeg4", "DVX1": "mpeg4", "DX50": "mpeg4", "FFV1": "ffv1",
	"FFVH": "ffvhuff", "FLV1": "flv1", "FMP4": "mpeg4", "H263": "h263", "H264": "h264",
	"HEVC": "hevc", "HFYU": "huffyuv", "LAGS": "lagarith", "MJPG": "mjpeg", "MP41": "msmpeg4v1",
	"MP42": "msmpeg4v2", "MP43": "msmpeg4v3", "MP4S": "mpeg4", "MP4V": "mpeg4", "MPG3": "msmpeg4v3",
	"MPG4": "msmpeg4v1", "RMP4": "mpeg4", "SEDG": "mpeg4", "SNOW": "snow", "THEO": "theora",
	"UMP4": "mpeg4", "VP30": "vp3", "VP31": "vp3", "VP60": "vp6", "VP61": "vp6", "VP62": "vp6",
	"VP6F": "vp6f", "VP80": "vp8", "VP90": "vp9", "VSSH": "h264", "WMV1": "wmv1", "WMV2": "wmv2",
	"WMV3": "wmv3", "WVC1": "vc1", "X264": "h264", "XVID": "mpeg4", "XVIX": "mpeg4",
}

// stereoModes names the values of StereoMode, RFC 9559 section 5.1.4.1.28.3.
var stereoModes = [stereoModeCount]string{
	"mono", "left_right", "bottom_top", "top_bottom", "checkerboard_rl", "checkerboard_lr",
	"row_interleaved_rl", "row_interleaved_lr", "col_interleaved_rl", "col_interleaved_lr",
	"anaglyph_cyan_red", "right_left", "anaglyph_green_magenta", "block_lr", "block_rl",
}

// packings are the values of StereoMode, RFC 9559 section 5.1.4.1.28.3, in the words observed in
// ffprobe's output; an anaglyph is no packing.
var packings = [stereoModeCount]struct {
	name     string
	inverted bool // the right eye comes first
}{
	0:  {"2D", false},
	1:  {"side by side", false},
	2:  {"top and bottom", true},
	3:  {"top and bottom", false},
	4:  {"checkerboard", true},
	5:  {"checkerboard", false},
	6:  {"interleaved lines", true},
	7:  {"interleaved lines", false},
	8:  {"interleaved columns", true},
	9:  {"interleaved columns", false},
	11: {"side by side", true},
	13: {"frame alternate", false},
	14: {"frame alternate", true},
}

// fixedPictures are the codecs whose Video for Windows code settles the pixel format, as observed
// in ffprobe's output: nothing about colour but what is here, no reordering.
var fixedPictures = map[string]struct {
	pixels, matrix string
	depth          int
}{
	"ASV1": {"yuv420p", "", 0}, "ASV2": {"yuv420p", "", 0}, "AYUV": {"yuva444p", "", 0}, "CLJR": {"yuv411p", "", 0},
	"FSV1": {"bgr24", "", 0}, "R210": {"gbrp10le", "", 10}, "V210": {"yuv422p10le", "", 10}, "V308": {"yuv444p", "", 0}, "V408": {"yuva444p", "", 0},
	"ULH0": {"yuv420p", "bt709", 0}, "ULH2": {"yuv422p", "bt709", 0}, "ULH4": {"yuv444p", "bt709", 0},
	"ULRA": {"gbrap", "", 0}, "ULRG": {"gbrp", "", 0},
	"ULY0": {"yuv420p", "bt470bg", 0}, "ULY2": {"yuv422p", "bt470bg", 0}, "ULY4": {"yuv444p", "bt470bg", 0},
}

// planes names the values of TrackPlaneType.
var planes = [planeCount]string{"left", "right", "background"}

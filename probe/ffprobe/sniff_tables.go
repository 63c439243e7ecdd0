package ffprobe

// magic is a fixed byte pattern at a fixed place; "?" stands for any byte.
type magic struct {
	offset  int
	pattern string
	demuxer string
}

// magics are formats told by one pattern. Where two patterns could both match, the longer
// one stands first. The patterns are those of each format's own specification, and the
// demuxer names are those of "ffprobe -demuxers".
var magics = []magic{
	{0, "\x1a\x45\xdf\xa3", "matroska"}, // EBML, RFC 8794 section 8.1
	{0, "FLV", "flv"},
	{0, "KDK", "kux"},
	{0, "RIFF????AVI", "avi"}, // "AVI ", "AVIX" and the old "AVI\x19"
	{0, "RIFF????AMV ", "avi"},
	{0, "ON2 ????ON2f", "avi"},
	{0, "RIFF????WAVE", "wav"},
	{0, "RIFX????WAVE", "wav"},
	{0, "RF64????WAVE", "wav"},
	{0, "BW64????WAVE", "wav"},
	{0, "RIFF????WEBP", "webp_pipe"},
	{0, "RIFF????XWMA", "xwma"},
	{0, "RIFF????QLCM", "qcp"},
	{0, "RIFF????CDXA", "mpeg"}, // a Video CD track: program stream in RIFF
	{0, "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", "w64"},
	{0, "FORM????AIFF", "aiff"},
	{0, "FORM????AIFC", "aiff"},
	{0, "FORM????8SVX", "iff"},
	{0, "FORM????16SV", "iff"},
	{0, "FORM????MAUD", "iff"},
	{0, "FORM????ILBM", "iff"},
	{0, "FORM????PBM ", "iff"},
	{0, "FORM????ACBM", "iff"},
	{0, "FORM????DEEP", "iff"},
	{0, "FORM????TVPP", "iff"},
	{0, "FORM????RGB8", "iff"},
	{0, "FORM????RGBN", "iff"},
	{0, "FORM????ANIM", "iff"},
	{0, "FRM8????????DSD ", "iff"}, // DSDIFF
	{0, "caff\x00\x01", "caf"},
	{0, "fLaC", "flac"},
	{0, "OggS", "ogg"},
	{0, "#!AMR", "amr"},
	{0, "MAC ", "ape"},
	{0, "wvpk", "wv"},
	{0, "TTA1", "tta"},
	{0, "MPCK", "mpc8"},
	{0, "MP+\x07", "mpc"},
	{0, "MP+\x17", "mpc"},
	{0, "tBaK", "tak"},
	{0, "ajkg", "shn"},
	{0, "TWIN97012000", "vqf"},
	{0, "TWIN00052200", "vqf"},
	{0, "2BIT", "avr"},
	{0, "DSD \x1c\x00\x00\x00", "dsf"},
	{0, ".snd", "au"},
	{0, ".SoX", "sox"},
	{0, "XoS.", "sox"},
	{0, "NIST_1A", "nistsphere"},
	{0, "ea3\x03", "oma"},
	{0, "EA3\x01", "oma"},
	{0, "Creative Voice File\x1a", "voc"},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "asf"},
	{0, "\xb7\xd8\x00\x20\x37\x49\xda\x11\xa6\x4e\x00\x07\xe9\x5e\xad\x8d", "wtv"},
	{0, "\x00\x00\x00\x00\x01\xbc????????\xe1\xe2", "gxf"}, // SMPTE 360M packet header
	{0, ".RMF", "rm"},
	{0, ".ra\xfd", "rm"},
	{0, "FWS", "swf"},
	{0, "CWS", "swf"},
	{0, "DKIF\x00\x00", "ivf"},
	{0, "nut/multimedia container\x00", "nut"},
	{0, "NuppelVideo", "nuv"},
	{0, "MythTVVideo", "nuv"},
	{0, "NSVf", "nsv"},
	{0, "NSVs", "nsv"},
	{0, "YUV4MPEG2", "yuv4mpegpipe"},
	{0, "DHAV", "dhav"},
	{0, "\xf5\x46\x7a\xbd\x00\x00\x00\x02\x00\x02\x00\x00", "ty"},
	{0, "LEITCH\x00\x00", "lxf"},
	{0, "BBCD\x00", "dirac"},
	{0, "SMK2", "smk"},
	{0, "SMK4", "smk"},
	{0, "BIKb", "bink"},
	{0, "BIKf", "bink"},
	{0, "BIKg", "bink"},
	{0, "BIKh", "bink"},
	{0, "BIKi", "bink"},
	{0, "\x84\x10\xff\xff\xff\xff", "roq"},
	{0, "THP\x00", "thp"},
	{0, "FILM????????????FDSC", "film_cpk"},
	{0, "RSTM\xfe\xff", "brstm"},
	{4, "\x11\xaf", "flic"},
	{4, "\x12\xaf", "flic"},
	{0, "DTSHDHDR", "dtshd"},
	{0, "\x7f\xfe\x80\x01", "dts"}, // ETSI TS 102 114 section 5.3: core, 16 and 14 bits, both orders
	{0, "\xfe\x7f\x01\x80", "dts"},
	{0, "\x1f\xff\xe8\x00", "dts"},
	{0, "\xff\x1f\x00\xe8", "dts"},
	{0, "\x64\x58\x20\x25", "dts"}, // extension substream alone
	{4, "\xf8\x72\x6f\xba", "truehd"},
	{4, "\xf8\x72\x6f\xbb", "mlp"},
	{0, "\x1f\x07\x00\x3f", "dv"}, // IEC 61834: first DIF block, 525 lines
	{0, "\x1f\x07\x00\xbf", "dv"}, // the same, 625 lines
	{0, "\x00\x00\x01\xba", "mpeg"},
	{0, "\x00\x00\x01\xb3", "mpegvideo"},
	{0, "\x00\x00\x01\x0f", "vc1"},

	{0, "GIF87a", "gif"},
	{0, "GIF89a", "gif"},
	{0, "\xff\xd8\xff\xf7", "jpegls_pipe"},
	{0, "\xff\xd8\xff", "jpeg_pipe"},
	{0, "II*\x00", "tiff_pipe"},
	{0, "MM\x00*", "tiff_pipe"},
	{0, "\x00\x00\x00\x0cjP  ", "j2k_pipe"},
	{0, "\xff\x4f\xff\x51", "j2k_pipe"},
	{0, "\x00\x00\x00\x0cJXL ", "jpegxl_pipe"},
	{0, "8BPS", "psd_pipe"},
	{0, "DDS \x7c", "dds_pipe"},
	{0, "\x76\x2f\x31\x01", "exr_pipe"},
	{0, "qoif", "qoi_pipe"},
	{0, "SDPX", "dpx_pipe"},
	{0, "XPDS", "dpx_pipe"},
	{0, "\x59\xa6\x6a\x95", "sunrast_pipe"},
	{0, "/* XPM */", "xpm_pipe"},
	{0, "SIMPLE  =", "fits"},

	{0, "WEBVTT", "webvtt"},
	{0, "[Script Info]", "ass"},
	{0, "Scenarist_SCC V1.0", "scc"},
	{0, "<SAMI>", "sami"},
}

// movieBoxes are the box types that a file of the QuickTime family starts with
// (ISO/IEC 14496-12 section 4.2; QuickTime File Format, "Atoms").
var movieBoxes = map[string]bool{
	"emsg": true, "free": true, "ftyp": true, "junk": true, "mdat": true, "meta": true,
	"moof": true, "moov": true, "pict": true, "pnot": true, "prft": true, "sidx": true,
	"skip": true, "ssix": true, "styp": true, "udta": true, "uuid": true, "wide": true,
}

// A listing is text that names further files. ffprobe would open them, so none is ever
// handed to it.
type listing struct {
	prefix string // of the text, without leading blanks and byte order mark; case-insensitive
	within string // must also occur in the head; "" for none
	name   string // what the error calls it
}

var listings = []listing{
	{"#EXTM3U", "", "HLS playlists are"},
	{"ffconcat", "", "ffconcat scripts are"},
	{"v=0", "m=", "SDP session descriptions are"},
	{"<", "<MPD", "DASH manifests are"},
	{"<", "<SmoothStreamingMedia", "Smooth Streaming manifests are"},
	{"<", "<CompositionPlaylist", "IMF playlists are"},
	{"<", "<AssetMap", "IMF asset maps are"},
	{"<asx", "", "ASX playlists are"},
	{"<smil", "", "SMIL presentations are"},
	{"[playlist]", "", "PLS playlists are"},
	{"[Reference]", "", "ASX reference files are"},
	{"RTSPtext", "", "RTSP reference files are"},
	{"rtsp://", "", "RTSP addresses are"},
	{"# VobSub index file", "", "VobSub indexes are"},
}

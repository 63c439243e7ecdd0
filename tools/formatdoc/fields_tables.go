package main

// fieldHeads are the groups of values whose origin is told for each format.
var fieldHeads = []string{"duration", "start", "bit rate", "bit rates of tracks", "frame rate", "frames", "pictures", "sound", "layout", "tags"}

// fieldKeys are values of the groups as ffprobe names them, by which a test holds the table to the samples.
var fieldKeys = map[string][]string{
	"duration": {"format duration"}, "start": {"format start_time"}, "bit rate": {"format bit_rate"},
	"bit rates of tracks": {"stream bit_rate"}, "frame rate": {"stream r_frame_rate"}, "frames": {"stream nb_frames"},
	"pictures": {"stream width"}, "sound": {"stream sample_rate"}, "layout": {"stream channel_layout"}, "tags": {"tag"},
}

// Where a value comes from.
const (
	st = "stated"  // a header, or the first frames, say it as it is
	de = "derived" // from several values that are stated
	bo = "stated, derived"
	fi = "fixed" // the same for all files, as ffprobe has it
	no = "–"     // told of no file: nobody knows it
)

// origin is a row: the groups in the order of fieldHeads, and what is left to ffprobe by which rule.
type origin struct {
	fields [10]string
	left   string
}

// origins is keyed by ffprobe's name of the format.
var origins = map[string]origin{
	"mov,mp4,m4a,3gp,3g2,mj2": {[10]string{st, de, de, bo, de, st, st, st, st, st}, "frame rates (`frame-rate`), reorder depths (`h264-reorder`), HE-AAC (`aac-implicit-sbr`), starts (`edit-list`)"},
	"matroska,webm":           {[10]string{st, st, de, bo, bo, no, st, st, st, st}, "frame rates (`mkv-frame-rate`), HE-AAC (`aac-implicit-sbr`)"},
	"flv":                     {[10]string{st, st, de, st, de, no, st, st, st, st}, "durations that are not stated (`no-duration`)"},
	"hls":                     {[10]string{de, st, de, bo, de, no, st, st, st, st}, "what the format of the segments leaves"},
	"dash":                    {[10]string{st, st, de, st, bo, no, st, st, st, st}, "what the format of the segments leaves"},
	"flac":                    {[10]string{de, fi, de, no, fi, no, st, st, st, st}, "pictures that are damaged (`picture`)"},
	"avi":                     {[10]string{de, fi, de, bo, st, st, st, st, st, st}, "lengths of what is cut off (`cut-off`), WMV 9 and others (`codec`)"},
	"wav":                     {[10]string{de, no, de, de, fi, no, st, st, st, st}, "tags in `bext` and cue points (`other-tags`)"},
	"mxf":                     {[10]string{st, fi, de, de, st, no, st, st, no, st}, "layouts (`sound-labels`), colours (`colour`)"},
	"asf":                     {[10]string{st, st, de, st, de, no, st, st, st, st}, "pictures (`other-objects`), WMA Pro and Lossless (`codec`)"},
	"ivf":                     {[10]string{de, st, de, no, st, no, st, no, no, no}, "uneven frame rates (`frame-rate`)"},
	"ogg":                     {[10]string{de, st, de, bo, st, no, st, st, st, st}, "chained streams (`chained`)"},
	"aiff":                    {[10]string{de, fi, de, de, fi, st, st, st, no, st}, "tags in other chunks (`other-chunks`)"},
	"au":                      {[10]string{de, fi, de, de, no, no, no, st, st, st}, ""},
	"caf":                     {[10]string{de, fi, de, bo, no, st, no, st, st, st}, ""},
	"wv":                      {[10]string{de, fi, de, no, no, no, no, st, st, st}, "more than two channels (`channels`)"},
	"tta":                     {[10]string{de, fi, de, no, no, no, no, st, st, st}, ""},
	"mpc":                     {[10]string{de, fi, de, no, no, no, no, st, fi, st}, ""},
	"mpc8":                    {[10]string{de, fi, de, no, no, no, no, st, fi, st}, ""},
	"dsf":                     {[10]string{de, fi, de, de, no, no, no, st, st, st}, ""},
	"ape":                     {[10]string{de, fi, de, no, no, st, no, st, fi, st}, "pictures in APE tags (`ape-binary`)"},
	"png_pipe":                {[10]string{no, no, no, no, fi, no, st, no, no, no}, ""},
	"gif":                     {[10]string{de, fi, de, no, de, de, st, no, no, no}, "pictures with a part that is cut off (`picture`)"},
	"webp_pipe":               {[10]string{no, no, no, no, fi, no, st, no, no, no}, ""},
	"jpeg_pipe":               {[10]string{no, no, no, no, fi, no, st, no, no, no}, "lossless and arithmetic coding (`picture`)"},
	"tiff_pipe":               {[10]string{no, no, no, no, fi, no, st, no, no, no}, "kinds of pictures that are not known (`picture`)"},
	"bmp_pipe":                {[10]string{no, no, no, no, fi, no, st, no, no, no}, ""},
	"amr":                     {[10]string{de, no, de, st, no, no, no, fi, fi, no}, ""},
	"srt":                     {[10]string{de, no, no, no, no, no, no, no, no, no}, ""},
	"webvtt":                  {[10]string{de, no, no, no, no, no, no, no, no, no}, ""},
	"ass":                     {[10]string{de, no, no, no, no, no, no, no, no, no}, ""},
	"ttml":                    {[10]string{de, no, no, no, no, no, no, no, no, no}, ""},
	"mpegts":                  {[10]string{de, st, de, st, de, no, st, st, st, st}, "uneven frame rates (`frame-rate`), mean bit rates (`vbr`), streams that begin late (`late-streams`)"},
	"mpeg":                    {[10]string{de, st, de, st, st, no, st, st, st, no}, "uneven frame rates (`frame-rate`), streams that begin late (`late-streams`)"},
	"mpegvideo":               {[10]string{de, no, de, st, st, no, st, no, no, no}, ""},
	"h264":                    {[10]string{no, no, no, no, bo, no, st, no, no, no}, "the frame rate of one picture (`one-picture`)"},
	"hevc":                    {[10]string{no, no, no, no, bo, no, st, no, no, no}, "the frame rate of one picture (`one-picture`)"},
	"dts":                     {[10]string{de, fi, de, st, no, no, no, st, st, no}, "extensions (`dts-extension`)"},
	"ac3":                     {[10]string{de, fi, de, st, no, no, no, st, st, no}, ""},
	"eac3":                    {[10]string{de, fi, de, st, no, no, no, st, st, no}, ""},
	"aac":                     {[10]string{de, no, de, de, fi, no, st, st, st, st}, "HE-AAC (`aac-implicit-sbr`)"},
	"mp3":                     {[10]string{de, fi, de, bo, fi, no, st, st, st, st}, "mean bit rates without a Xing header (`vbr`)"},
}

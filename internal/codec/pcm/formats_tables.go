package pcm

type format struct {
	sampleFormat string // what ffprobe's decoder makes of it
	bits         int    // of one sample as stored
}

// formats holds the codecs of uncompressed sound that containers carry, and the commonest ADPCMs. Source: what ffprobe 5.1.9
// prints for files of each.
var formats = map[string]format{
	"adpcm_ima_qt":  {"s16p", 4},
	"adpcm_ima_wav": {"s16p", 4},
	"adpcm_ms":      {"s16", 4},
	"adpcm_yamaha":  {"s16", 4},

	"pcm_alaw":  {"s16", 8},
	"pcm_f16le": {"flt", 32},
	"pcm_f24le": {"flt", 32},
	"pcm_f32be": {"flt", 32},
	"pcm_f32le": {"flt", 32},
	"pcm_f64be": {"dbl", 64},
	"pcm_f64le": {"dbl", 64},
	"pcm_mulaw": {"s16", 8},
	"pcm_s16be": {"s16", 16},
	"pcm_s16le": {"s16", 16},
	"pcm_s24be": {"s32", 24},
	"pcm_s24le": {"s32", 24},
	"pcm_s32be": {"s32", 32},
	"pcm_s32le": {"s32", 32},
	"pcm_s64be": {"s64", 64},
	"pcm_s64le": {"s64", 64},
	"pcm_s8":    {"u8", 8},
	"pcm_u16be": {"s16", 16},
	"pcm_u16le": {"s16", 16},
	"pcm_u24be": {"s32", 24},
	"pcm_u24le": {"s32", 24},
	"pcm_u32be": {"s32", 32},
	"pcm_u32le": {"s32", 32},
	"pcm_u8":    {"u8", 8},
}

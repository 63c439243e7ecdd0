package wave

// Codec returns ffprobe's codec of a format tag with samples of so many bits; "" for a tag it does
// not know. It takes the letters in a tag in either case.
func Codec(tag uint16, bitsPerSample int) string {
	name := tags[tag]
	for t := range tags {
		// Several tags may differ only in case; none of those has another codec.
		if name == "" && upper(t) == upper(tag) {
			name = tags[t]
		}
	}
	switch {
	case name == "pcm_s16le":
		return integers[(bitsPerSample+7)/8]
	case name == "pcm_f32le":
		return floats[bitsPerSample]
	case name == "adpcm_ima_wav" && bitsPerSample == 8:
		return "adpcm_zork"
	}
	return name
}

// integers are the codecs of tag 1 by the bytes of a sample: single ones have no sign.
var integers = map[int]string{1: "pcm_u8", 2: "pcm_s16le", 3: "pcm_s24le", 4: "pcm_s32le", 8: "pcm_s64le"}

// floats are the codecs of tag 3 by the bits of a sample.
var floats = map[int]string{32: "pcm_f32le", 64: "pcm_f64le"}

// upper makes the two letters of a tag upper-case.
func upper(tag uint16) uint16 {
	for shift := 0; shift < 16; shift += 8 {
		if c := tag >> shift & 0xff; c >= 'a' && c <= 'z' {
			tag -= 0x20 << shift
		}
	}
	return tag
}

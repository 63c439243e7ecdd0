package mp4

// languageOf spells the language code of a media header: three letters of five bits, or a
// Macintosh code. It is empty when there is none.
func languageOf(code uint16) string {
	if code >= 0x400 && code != 0x7fff {
		return cString(string([]byte{0x60 + byte(code>>10&31), 0x60 + byte(code>>5&31), 0x60 + byte(code&31)}))
	}
	if int(code) < len(macLanguages) {
		return macLanguages[code]
	}
	return ""
}

package media

import (
	"fmt"
	"strings"
)

// colorFields returns the optional fields that s, an AV1 or VP9 name without them, needs: none
// when the colours are BT.709 in limited range and 4:2:0 or are not stated.
func (t *Track) colorFields(s string) string {
	if t.Video == nil || strings.Count(s, ".") != 3 {
		return ""
	}
	v, c := t.Video, t.Video.Color
	primaries, transfer, matrix := codePoint(primaryNames, c.Primaries), codePoint(transferNames, c.Transfer), codePoint(matrixNames, c.Matrix)
	full := 0
	if c.Range == "pc" {
		full = 1
	}
	usual := (primaries == 1 || primaries == 2) && (transfer == 1 || transfer == 2) && (matrix == 1 || matrix == 2) && full == 0
	yuv420 := strings.HasPrefix(v.PixelFormat, "yuv420p") || v.PixelFormat == ""
	if usual && yuv420 {
		return ""
	}
	switch {
	case strings.HasPrefix(s, "av01."):
		mono, chroma := av1Chroma(v.PixelFormat, c.ChromaLocation)
		if chroma == "" {
			return ""
		}
		return fmt.Sprintf(".%d.%s.%02d.%02d.%02d.%d", mono, chroma, primaries, transfer, matrix, full)
	case strings.HasPrefix(s, "vp09."):
		chroma := vp9Chroma(v.PixelFormat, c.ChromaLocation)
		if chroma == "" {
			return ""
		}
		return fmt.Sprintf(".%s.%02d.%02d.%02d.%02d", chroma, primaries, transfer, matrix, full)
	}
	return ""
}

// av1Chroma returns the monochrome flag and chromaSubsampling: subsampling_x, subsampling_y and
// the sample position.
func av1Chroma(pixels, location string) (mono int, chroma string) {
	switch {
	case strings.HasPrefix(pixels, "gray"):
		return 1, "110"
	case strings.HasPrefix(pixels, "yuv420p"):
		positions := map[string]string{"left": "111", "topleft": "112"}
		if p := positions[location]; p != "" {
			return 0, p
		}
		return 0, "110"
	case strings.HasPrefix(pixels, "yuv422p"):
		return 0, "100"
	case strings.HasPrefix(pixels, "yuv444p"), strings.HasPrefix(pixels, "gbrp"):
		return 0, "000"
	}
	return 0, ""
}

// vp9Chroma returns VP9's chromaSubsampling; samples of 4:2:0 lie with the luma ones unless stated otherwise.
func vp9Chroma(pixels, location string) string {
	switch {
	case strings.HasPrefix(pixels, "yuv420p") && location == "left":
		return "00"
	case strings.HasPrefix(pixels, "yuv420p"):
		return "01"
	case strings.HasPrefix(pixels, "yuv422p"):
		return "02"
	case strings.HasPrefix(pixels, "yuv444p"), strings.HasPrefix(pixels, "gbrp"):
		return "03"
	}
	return ""
}

// codePoint returns the ITU-T H.273 code of a name; 2, "unspecified", when there is none.
func codePoint(names map[string]int, name string) int {
	if n, ok := names[name]; ok {
		return n
	}
	return 2
}

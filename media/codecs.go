package media

import (
	"cmp"
	"slices"
)

// CodecLongName returns the description that ffprobe 5.1.9 prints for a codec name; "" for a
// name it does not know.
func CodecLongName(name string) string {
	if r := findCodec(name); r != nil {
		return r.longName
	}
	return ""
}

// CodecKind returns what a codec carries; KindUnknown for a name that ffprobe 5.1.9 does not know.
func CodecKind(name string) Kind {
	if r := findCodec(name); r != nil {
		return r.kind
	}
	return KindUnknown
}

func findCodec(name string) *codecRow {
	i, ok := slices.BinarySearchFunc(codecRows[:], name, func(r codecRow, name string) int {
		return cmp.Compare(r.name, name)
	})
	if !ok {
		return nil
	}
	return &codecRows[i]
}

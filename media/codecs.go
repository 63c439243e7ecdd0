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

// SetCodec names the track's coding by ffprobe's codec name: its long name and kind follow, and
// Video or Audio is made where the kind wants one. A name that is not known leaves Kind alone.
func (t *Track) SetCodec(name string) {
	t.Codec.Name, t.Codec.LongName = name, CodecLongName(name)
	if kind := CodecKind(name); kind != KindUnknown {
		t.Kind = kind
	}
	switch {
	case t.Kind == KindAudio && t.Audio == nil:
		t.Audio = &Audio{}
	case t.Kind == KindVideo && t.Video == nil:
		t.Video = &Video{}
	}
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

package differential

import (
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// printable are the names of values that Of prints when a file has them, by where: format,
// stream, chapter, and for tracks of one kind video and audio. A value that ffprobe knows under
// such a name and we do not is a difference.
var printable = map[string]map[string]bool{
	"format":  names("format", media.Info{}),
	"chapter": names("chapter 0", media.Info{Chapters: []media.Chapter{{}}}),
	"stream":  names("stream 0", media.Info{Tracks: []media.Track{{}}}),
	"audio":   names("stream 0", media.Info{Tracks: []media.Track{{Audio: &media.Audio{}}}}),
	"video": names("stream 0", media.Info{Tracks: []media.Track{{Video: &media.Video{
		DolbyVision: &media.DolbyVision{}, ContentLight: &media.ContentLight{}, Mastering: &media.Mastering{},
	}}}}),
}

func names(where string, i media.Info) map[string]bool {
	out := map[string]bool{}
	for key := range Of(&i) {
		if name, ok := strings.CutPrefix(key, where+" "); ok {
			out[name] = true
		}
	}
	return out
}

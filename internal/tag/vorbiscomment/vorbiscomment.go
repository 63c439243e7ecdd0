// Package vorbiscomment reads the comments of Vorbis I (section 5), which Opus, Theora, Speex and FLAC
// use too, under the keys and with the values of ffprobe 5.1.9.
package vorbiscomment

import (
	"encoding/base64"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

var errCount = errors.New("more comments are counted than there are")

// keys are the names that ffprobe replaces; others stay as they are written.
var keys = map[string]string{"albumartist": "album_artist", "tracknumber": "track", "discnumber": "disc", "description": "comment"}

// Comments is what a block of them says.
type Comments struct {
	Vendor   string
	Metadata media.Metadata
	Pictures [][]byte // blocks of FLAC's METADATA_BLOCK_PICTURE
	Chapters []media.Chapter
	Cover    bool // there is a picture in the older form, which ffprobe passes over
}

// Parse reads a block from its vendor string on. Comments of one name are joined.
func Parse(p []byte) (*Comments, error) {
	out := &Comments{Metadata: media.Metadata{}}
	c := bits.NewCursor(p)
	out.Vendor = string(c.Bytes(int(min(c.U32LE(), 1<<30))))
	names := map[string]string{} // as first written, by lower case
	starts, titles := map[int]int64{}, map[int]string{}
	for n := c.U32LE(); n > 0; n-- {
		text := string(c.Bytes(int(min(c.U32LE(), 1<<30))))
		if c.Err() != nil {
			return nil, fmt.Errorf("%w: %d", errCount, n)
		}
		key, value, ok := strings.Cut(text, "=")
		low := strings.ToLower(key)
		if !ok || key == "" || value == "" {
			continue
		}
		if number, what, is := chapterKey(low); is {
			switch at, good := chapterTime(value); {
			case what == "name":
				titles[number] = value
				continue
			case what == "" && good:
				starts[number] = at
				continue
			}
		}
		switch low {
		case "metadata_block_picture":
			if b, err := base64.StdEncoding.DecodeString(value); err == nil {
				out.Pictures = append(out.Pictures, b)
			}
			continue
		case "coverart":
			out.Cover = true
		}
		if name := keys[low]; name != "" {
			key, low = name, name
		}
		if first, had := names[low]; had {
			out.Metadata[first] += ";" + value
			continue
		}
		names[low] = key
		out.Metadata[key] = value
	}
	if c.Err() != nil {
		return nil, fmt.Errorf("comments: %w", c.Err())
	}
	out.chapters(starts, titles)
	return out, nil
}

// chapterKey splits "chapter001" and "chapter001name".
func chapterKey(low string) (number int, what string, ok bool) {
	rest, found := strings.CutPrefix(low, "chapter")
	if !found || len(rest) < 3 {
		return 0, "", false
	}
	n, err := strconv.Atoi(rest[:3])
	if err != nil || n < 0 {
		return 0, "", false
	}
	return n, rest[3:], rest[3:] == "" || rest[3:] == "name"
}

// chapterTime reads "HH:MM:SS.mmm" in milliseconds.
func chapterTime(value string) (int64, bool) {
	var h, m, s, ms int64
	if n, err := fmt.Sscanf(value, "%02d:%02d:%02d.%03d", &h, &m, &s, &ms); err != nil || n != 4 || h < 0 || m < 0 || s < 0 || ms < 0 {
		return 0, false
	}
	return ms + 1000*(s+60*(m+60*h)), true
}

func (c *Comments) chapters(starts map[int]int64, titles map[int]string) {
	numbers := make([]int, 0, len(starts))
	for n := range starts {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	for _, n := range numbers {
		at := media.Duration{Ticks: media.Ticks(starts[n]), Timebase: media.Timebase{Num: 1, Den: 1000}}
		ch := media.Chapter{ID: int64(n), Start: at}
		if t := titles[n]; t != "" {
			ch.Metadata = media.Metadata{"title": t}
		}
		c.Chapters = append(c.Chapters, ch)
	}
}

package media

import (
	"strconv"
	"strings"
)

// Info is what is known of one media file: the container, its tracks and whatever
// else its headers state. Facts that are not known keep their zero value; nothing is guessed.
type Info struct {
	Format    Format    `json:"format"`
	Container Container `json:"container,omitzero"`
	Size      int64     `json:"size,omitzero"`     // bytes; 0 when unknown
	Start     Duration  `json:"start,omitzero"`    // presentation time of the earliest sample
	Duration  Duration  `json:"duration,omitzero"` // presentation length of the whole file
	BitRate   int64     `json:"bit_rate,omitzero"` // bit/s over the whole file; 0 when unknown
	Timecode  string    `json:"timecode,omitzero"` // of the first frame, "01:00:00:00", with ";" before the frames when frames are dropped
	Tracks    []Track   `json:"tracks,omitempty"`
	Programs  []Program `json:"programs,omitempty"`
	Chapters  []Chapter `json:"chapters,omitempty"`
	Metadata  Metadata  `json:"metadata,omitempty"`
	Warnings  []Warning `json:"warnings,omitempty"`
}

// Format names a container or a raw elementary stream as ffprobe spells it, for
// example "mov,mp4,m4a,3gp,3g2,mj2" and "QuickTime / MOV".
type Format struct {
	Name     string `json:"name"`
	LongName string `json:"long_name,omitzero"`
}

// Kind says what a track carries.
type Kind string

// The kinds of track.
const (
	KindVideo      Kind = "video"
	KindAudio      Kind = "audio"
	KindSubtitle   Kind = "subtitle"
	KindData       Kind = "data"
	KindAttachment Kind = "attachment"
	KindUnknown    Kind = ""
)

// Track is one entry of a container.
type Track struct {
	Index       int         `json:"index"` // position in the file, from 0
	ID          string      `json:"id,omitzero"`
	Kind        Kind        `json:"kind,omitzero"`
	Codec       Codec       `json:"codec"`
	Timebase    Timebase    `json:"timebase,omitzero"`
	Start       Duration    `json:"start,omitzero"`
	Duration    Duration    `json:"duration,omitzero"`
	BitRate     int64       `json:"bit_rate,omitzero"`   // bit/s; 0 when unknown
	NumFrames   int64       `json:"num_frames,omitzero"` // as the container states; 0 when unknown
	Language    string      `json:"language,omitzero"`   // as written in the file, usually ISO 639-2
	Metadata    Metadata    `json:"metadata,omitempty"`
	Disposition Disposition `json:"disposition,omitzero"`
	Video       *Video      `json:"video,omitzero"` // set when Kind is KindVideo
	Audio       *Audio      `json:"audio,omitzero"` // set when Kind is KindAudio

	CodecString string      `json:"codec_string,omitzero"` // RFC 6381 from the configuration record; empty where CodecString derives it
	Encryption  *Encryption `json:"encryption,omitzero"`   // nil when the samples are in the clear
	MaxBitRate  int64       `json:"max_bit_rate,omitzero"` // bit/s, as stated (btrt, esds, sequence header)
	BufferSize  int64       `json:"buffer_size,omitzero"`  // bits of the coded picture buffer, as stated

	BitRateProvenance Provenance `json:"bit_rate_provenance,omitzero"` // Derived when BitRate follows from a part of the samples; else empty
}

// Codec identifies an elementary stream's coding in ffprobe's words.
type Codec struct {
	Name     string `json:"name,omitzero"`      // "h264"; empty when the tag is not known
	LongName string `json:"long_name,omitzero"` // "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10"
	Profile  string `json:"profile,omitzero"`   // "High"
	Level    *int   `json:"level,omitzero"`     // nil when there is none; -99 is ffprobe's "unknown"
	Tag      FourCC `json:"tag,omitzero"`       // the container's own code, kept verbatim
}

// FourCC is a container's four-byte codec code in little-endian order, as ffprobe keeps it.
type FourCC uint32

// String spells the code as ffprobe's codec_tag_string: printable bytes as they are, others as [n].
func (f FourCC) String() string {
	var b strings.Builder
	for i := range 4 {
		c := byte(f >> (8 * i))
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c != 0 && strings.IndexByte(". -_", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(int(c)))
			b.WriteByte(']')
		}
	}
	return b.String()
}

// Hex spells the code as ffprobe's codec_tag: "0x31637661", at least four digits.
func (f FourCC) Hex() string {
	s := strconv.FormatUint(uint64(f), 16)
	if len(s) < 4 {
		s = strings.Repeat("0", 4-len(s)) + s
	}
	return "0x" + s
}

// Disposition carries the flags a container sets on a track.
type Disposition struct {
	Default         bool `json:"default,omitzero"`
	Forced          bool `json:"forced,omitzero"`
	AttachedPicture bool `json:"attached_picture,omitzero"` // cover art, not moving pictures
	TimedThumbnails bool `json:"timed_thumbnails,omitzero"`
}

// Program is a set of tracks in a transport stream.
type Program struct {
	ID       int      `json:"id"`
	Metadata Metadata `json:"metadata,omitempty"`
	Tracks   []int    `json:"tracks,omitempty"` // Track.Index values
}

// Chapter is a named stretch of the file.
type Chapter struct {
	ID       int64    `json:"id"`
	Start    Duration `json:"start"`
	End      Duration `json:"end"`
	Metadata Metadata `json:"metadata,omitempty"`
}

// Metadata holds title, artist, encoder and the like under the keys ffprobe prints.
type Metadata map[string]string

// Lookup finds key whatever its letter case.
func (m Metadata) Lookup(key string) string {
	if v, ok := m[key]; ok {
		return v
	}
	for k, v := range m {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return ""
}

// Warning is damage or doubt that did not stop the answer.
type Warning struct {
	Path    string `json:"path,omitzero"`   // where in the structure: "moov/trak[1]"
	Offset  int64  `json:"offset,omitzero"` // byte offset in the file
	Message string `json:"message"`
}

// FirstVideo returns the first moving-picture track, or nil. Cover art does not count.
func (i *Info) FirstVideo() *Track {
	for n := range i.Tracks {
		t := &i.Tracks[n]
		if t.Kind == KindVideo && !t.Disposition.AttachedPicture {
			return t
		}
	}
	return nil
}

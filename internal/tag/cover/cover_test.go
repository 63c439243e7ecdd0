package cover

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// block makes a PICTURE block.
func block(kind uint32, mime, description string, picture []byte, length int) []byte {
	b := binary.BigEndian.AppendUint32(nil, kind)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(mime))), mime...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(description))), description...)
	b = append(b, make([]byte, 16)...)
	return append(binary.BigEndian.AppendUint32(b, uint32(length)), picture...)
}

func picture(t *testing.T, name string) []byte {
	b, err := os.ReadFile("../../../testdata/generated/files/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAttach(t *testing.T) {
	png := picture(t, "image-sar.png")
	b := block(3, "image/png", "front", png, len(png))
	all, err := FromFLAC(bytes.NewReader(b), 0, int64(len(b)))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	info := &media.Info{
		Start:    media.Duration{Ticks: 25057, Timebase: media.Microseconds},
		Duration: media.Duration{Ticks: 2_037_551, Timebase: media.Microseconds},
		Tracks:   make([]media.Track, 1),
	}
	if err := Attach(info, all); err != nil {
		t.Fatal(err)
	}
	p := info.Tracks[1]
	if p.Codec.Name != "png" || p.Metadata["comment"] != "Cover (front)" || p.Metadata["title"] != "front" || p.Video.DAR != (media.Rational{Num: 16, Den: 9}) ||
		p.Start.Ticks != 2255 || p.Duration.Ticks != 183380 || info.Start.Ticks != 25056 || !p.Disposition.AttachedPicture || p.Index != 1 {
		t.Errorf("%+v, start of the file %s", p, info.Start)
	}
}

func TestRefused(t *testing.T) {
	png := picture(t, "image-rgb.png")
	for name, b := range map[string][]byte{
		"longer than its block": block(3, "image/png", "", png, len(png)+1),
		"empty":                 block(3, "image/png", "", nil, 0),
		"cut off":               block(3, "image/png", "", nil, 0)[:20],
		"a huge name":           binary.BigEndian.AppendUint32([]byte{0, 0, 0, 3}, 0xffffffff),
	} {
		if all, err := FromFLAC(bytes.NewReader(b), 0, int64(len(b))); probe.RuleOf(err) != Rule {
			t.Errorf("%s: %v, %v", name, all, err)
		}
	}
	b := block(3, "text/plain", "", png, len(png))
	if all, err := FromFLAC(bytes.NewReader(b), 0, int64(len(b))); len(all) != 0 || err != nil {
		t.Errorf("of another MIME type: %v, %v", all, err)
	}
	open := func(b []byte, err error) func() (io.ReaderAt, int64, error) {
		return func() (io.ReaderAt, int64, error) { return bytes.NewReader(b), int64(len(b)), err }
	}
	for name, p := range map[string]Picture{
		"of another codec": {Codec: "gif", Open: open(png, nil)},
		"no picture":       {Codec: "png", Open: open([]byte("nothing at all"), nil)},
		"half a picture":   {Codec: "png", Open: open(png[:20], nil)},
	} {
		if err := Attach(&media.Info{}, []Picture{p}); probe.RuleOf(err) != Rule {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Attach(&media.Info{}, make([]Picture, 100)); probe.RuleOf(err) != Rule {
		t.Errorf("many: %v", err)
	}
	gone := errors.New("gone")
	if err := Attach(&media.Info{}, []Picture{{Open: open(nil, gone)}}); !errors.Is(err, gone) {
		t.Errorf("unreadable: %v", err)
	}
}

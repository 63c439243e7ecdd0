package id3

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The blocks of these tests, and what ffprobe 5.1.9 says of an MP3 file behind them.

func safe(n int) string {
	return string([]byte{byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)})
}

func plain(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// fr is a frame; ids of three characters make those of version 2.2.
func fr(id, body string) string {
	if len(id) == 3 {
		return id + plain(len(body))[1:] + body
	}
	return id + plain(len(body)) + "\x00\x00" + body
}

// fr4 is a frame of version 2.4 with flags.
func fr4(id, body string, flags byte) string {
	return id + safe(len(body)) + "\x00" + string(flags) + body
}

func tag(version byte, flags byte, body string) string {
	return "ID3" + string([]byte{version, 0, flags}) + safe(len(body)) + body
}

func deflate(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

var cases = []struct {
	name, data string
	want       media.Metadata
}{
	{"the first of two", tag(3, 0, fr("TIT2", "\x00a")+fr("TIT2", "\x00b")), media.Metadata{"title": "a"}},
	{"an empty one does not count", tag(3, 0, fr("TIT2", "\x00")+fr("TIT2", "\x00x")), media.Metadata{"title": "x"}},
	{"the first text of several", tag(4, 0, fr4("TPE1", "\x03a\x00b", 0)), media.Metadata{"artist": "a"}},
	{"version 2.2", tag(2, 0, fr("TT2", "\x00t")+fr("TCO", "\x00(17)")+fr("TBP", "\x00120")), media.Metadata{"title": "t", "genre": "Rock", "TBP": "120"}},
	{"ids of 2.2 in 2.4", tag(4, 0, fr4("TAL\x00", "\x00a", 0)), media.Metadata{"album": "a"}},
	{"latin 1", tag(3, 0, fr("TIT2", "\x00\xe9")), media.Metadata{"title": "é"}},
	{"UTF-16", tag(3, 0, fr("TIT2", "\x01\xfe\xff\x00\xe9")+fr("TPE1", "\x01\xff\xfe\x3d\xd8\x00\xdex\x00")), media.Metadata{"title": "é", "artist": "😀x"}},
	{"UTF-16 without a mark", tag(3, 0, fr("TIT2", "\x01\xe9\x00")+fr("TALB", "\x00a")), media.Metadata{"album": "a"}},
	{"UTF-16, half a surrogate", tag(3, 0, fr("TIT2", "\x01\xff\xfea\x00\x00\xdcb\x00")), media.Metadata{"title": "a"}},
	{"UTF-16BE", tag(4, 0, fr4("TIT2", "\x02\xfe\xff\x00a", 0)), media.Metadata{"title": "\ufeffa"}},
	{"UTF-8 that is none", tag(4, 0, fr4("TIT2", "\x03\xe9\x80k\xed\xa0\x80\xf8\x88\x80\x80\x80\xef\xbf\xbe", 0)), media.Metadata{"title": "\ufffd\ufffdk\ufffd\ufffd\ufffd"}},
	{"an unknown encoding", tag(3, 0, fr("COMM", "\x05eng\x00hi")), media.Metadata{"comment": ""}},
	{"genres", tag(3, 0, fr("TCON", "\x0080s")), media.Metadata{"genre": "Folk"}},
	{"genres that are none", tag(3, 0, fr("TCON", "\x00(RX)")), media.Metadata{"genre": "(RX)"}},
	{"the last genre", tag(3, 0, fr("TCON", "\x00 191")), media.Metadata{"genre": "Psybient"}},
	{"beyond the last genre", tag(3, 0, fr("TCON", "\x00192")), media.Metadata{"genre": "192"}},
	{"a text of a user", tag(3, 0, fr("TXXX", "\x00k\x00v")+fr("TXXX", "\x00K\x00w")), media.Metadata{"k": "v"}},
	{"a title of a user", tag(3, 0, fr("TIT2", "\x00y")+fr("TXXX", "\x00Title\x00x")), media.Metadata{"Title": "x"}},
	{"a title before", tag(3, 0, fr("TXXX", "\x00Title\x00x")+fr("TIT2", "\x00y")), media.Metadata{"title": "y"}},
	{"three titles", tag(3, 0, fr("TIT2", "\x00b")+fr("TXXX", "\x00TT2\x00d")+fr("TXXX", "\x00title\x00a")), media.Metadata{"title": "a"}},
	{"comments", tag(3, 0, fr("COMM", "\x00engiTunNORM\x00 0")+fr("COMM", "\x00eng\x00a")+fr("COMM", "\x00deu\x00b")), media.Metadata{"iTunNORM": " 0", "comment": "a"}},
	{"a comment in UTF-16", tag(3, 0, fr("COMM", "\x01eng\xff\xfe\x00\x00\xff\xfeh\x00")), media.Metadata{"comment": "h"}},
	{"lyrics", tag(3, 0, fr("USLT", "\x00eng\x00a")+fr("USLT", "\x00eng\x00b")+fr("USLT", "\x00deud\x00c")), media.Metadata{"lyrics-eng": "b", "lyrics-d-deu": "c"}},
	{"a year", tag(3, 0, fr("TYER", "\x002001")), media.Metadata{"date": "2001"}},
	{"a date", tag(3, 0, fr("TYER", "\x002001")+fr("TDAT", "\x003112")+fr("TIME", "\x002359")), media.Metadata{"date": "2001-12-31 23:59"}},
	{"half a date", tag(3, 0, fr("TDAT", "\x003112")+fr("TYER", "\x00201")), media.Metadata{"TDAT": "3112", "TYER": "201"}},
	{"a date and a year", tag(4, 0, fr4("TDRC", "\x002004-05", 0)+fr4("TYER", "\x002001", 0)), media.Metadata{"date": "2001"}},
	{"private data", tag(3, 0, fr("PRIV", "o\x00a\x01\\")+fr("PRIV", "O\x00b")), media.Metadata{"id3v2_priv.o": `a\x01\x5c`}},
	{"not told", tag(3, 0, fr("WXXX", "\x00d\x00http://x")+fr("POPM", "a\x00\x01")+fr("GEOB", "\x00\x00\x00\x00d")+fr("COMR", "\x00eng\x00x")), nil},
	{"padding and a frame", tag(3, 0, fr("TIT2", "\x00z")+strings.Repeat("\x00", 20)+fr("TPE1", "\x00a")+"\x00\x00"), media.Metadata{"title": "z", "artist": "a"}},
	{"padding that ends elsewhere", tag(3, 0, fr("TIT2", "\x00z")+"\x00"+fr("TPE1", "\x00a")), media.Metadata{"title": "z"}},
	{"a frame that is too long", tag(3, 0, fr("TIT2", "\x00z")+"TPE1"+plain(500)+"\x00\x00\x00a"+fr("TALB", "\x00q")), media.Metadata{"title": "z"}},
	{"a length before the text", tag(4, 0, fr4("TIT2", safe(2)+"\x00a", frameDataLength)+fr4("TALB", "\x00b", 0)), media.Metadata{"title": "a", "album": "b"}},
	{"compressed", tag(4, 0, fr4("TIT2", safe(8)+deflate("\x00abcdefg"), frameCompressed|frameDataLength)), media.Metadata{"title": "abcdefg"}},
	{"compressed, longer than stated", tag(4, 0, fr4("TIT2", safe(3)+deflate("\x00abcdefg"), frameCompressed|frameDataLength)+fr4("TALB", "\x00b", 0)), media.Metadata{"album": "b"}},
	{"compressed by a ratio of lies", tag(4, 0, fr4("TIT2", safe(200<<20)+deflate("\x00a"), frameCompressed|frameDataLength)), nil},
	{"encrypted", tag(4, 0, fr4("TIT2", "\x00a", frameEncrypted)), nil},
	{"unsynchronisation of a block", tag(3, 0x80, fr("TIT2", "\x00a\xff\x00\xe0")+fr("TPE1", "\x00a")), media.Metadata{"title": "aÿà", "artist": "a"}},
	{"unsynchronisation of a frame", tag(4, 0, fr4("TIT2", "\x00a\xff\x00\xe0", frameUnsync)), media.Metadata{"title": "aÿà"}},
	{"an extended header, 2.3", tag(3, 0x40, plain(6)+"\x00\x00\x00\x00\x00\x00"+fr("TIT2", "\x00z")), media.Metadata{"title": "z"}},
	{"an extended header, 2.4", tag(4, 0x40, safe(6)+"\x01\x00"+fr4("TIT2", "\x00z", 0)), media.Metadata{"title": "z"}},
	{"a damaged extended header", tag(4, 0x40, safe(2)+fr4("TIT2", "\x00z", 0)), nil},
	{"version 2.2 compressed", tag(2, 0x40, fr("TT2", "\x00z")), nil},
	{"version 2.5", tag(5, 0, fr("TIT2", "\x00z")), nil},
	{"two blocks", tag(2, 0, fr("TT2", "\x00one")) + tag(4, 0, fr4("TIT2", "\x00two", 0)), media.Metadata{"title": "two"}},
	{"plain sizes in 2.4", tag(4, 0, fr("TIT2", "\x00"+strings.Repeat("x", 200))+fr4("TALB", "\x00b", 0)), media.Metadata{"title": strings.Repeat("x", 200), "album": "b"}},
	{"synchsafe sizes in 2.4", tag(4, 0, fr4("TIT2", "\x00"+strings.Repeat("x", 200), 0)), media.Metadata{"title": strings.Repeat("x", 200)}},
	{"no block", "\xff\xfb\x90\x00", nil},
	{"not synchsafe", "ID3\x03\x00\x00\x00\x00\x00\x80", nil},
	{"cut", tag(3, 0, fr("TIT2", "\x00z")+fr("TALB", "\x00abc"))[:30], media.Metadata{"title": "z"}},
	{"a claim of 256 MiB", "ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + fr("TIT2", "\x00z") + "GEOB" + plain(200<<20) + "\x00\x00abc", media.Metadata{"title": "z"}},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		got, err := Read(strings.NewReader(c.data+"\xff\xfb\x90\x00"), 0)
		if err != nil || !reflect.DeepEqual(got.All(nil), c.want) {
			t.Errorf("%s: got %q, %v, want %q", c.name, got.All(nil), err, c.want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	body := fr4("TIT2", "\x00z", 0)
	data := "junk" + tag(4, 0x10, body) + "3DI\x04\x00\x10" + safe(len(body)) + tag(3, 0, "") + "\xff\xfb"
	got, err := Read(strings.NewReader(data), 4)
	if err != nil || got.Size != int64(len(data)-6) || got.Blocks != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	const png = pngSignature + "rest"
	const jpeg = "\xff\xd8\xff\xe0\xff\x00rest"
	escaped := strings.ReplaceAll("\x00image/jpeg\x00\x04\x00"+jpeg, "\xff", "\xff\x00")
	packed := "\x00image/png\x00\x63\x00" + png
	for _, c := range []struct {
		name, data, codec, comment, title, content string
	}{
		{"PNG", tag(3, 0, fr("APIC", "\x00image/png\x00\x03d\x00"+png)), "png", "Cover (front)", "d", png},
		{"PNG that says JPEG", tag(3, 0, fr("APIC", "\x01IMAGE/JPG\x00\x04\xff\xfe\x00\x00"+png)), "png", "Cover (back)", "", png},
		{"version 2.2", tag(2, 0, fr("PIC", "\x00JPG\x00d\x00"+jpeg)), "mjpeg", "Other", "d", jpeg},
		{"escaped", tag(4, 0, fr4("APIC", escaped, frameUnsync)), "mjpeg", "Cover (back)", "", jpeg},
		{"compressed", tag(4, 0, fr4("APIC", safe(len(packed))+deflate(packed), frameCompressed|frameDataLength)), "png", "Other", "", png},
		{"a link", tag(3, 0, fr("APIC", "\x00-->\x00\x03\x00http://x")), "", "", "", ""},
		{"WebP", tag(3, 0, fr("APIC", "\x00image/webp\x00\x03\x00RIFF")), "", "", "", ""},
		{"empty", tag(3, 0, fr("APIC", "\x00image/png\x00\x03\x00")), "", "", "", ""},
		{"no description", tag(3, 0, fr("APIC", "\x00image/png\x00\x03abc")), "", "", "", ""},
	} {
		got, err := Read(strings.NewReader(c.data), 0)
		if err != nil {
			t.Fatal(err)
		}
		if c.codec == "" {
			if len(got.Pictures) > 0 {
				t.Errorf("%s: got %+v", c.name, got.Pictures)
			}
			continue
		}
		p := got.Pictures[0]
		r, size, err := p.Open(strings.NewReader(c.data))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(io.NewSectionReader(r, 0, size))
		m := p.Metadata()
		if err != nil || p.Codec != c.codec || m["comment"] != c.comment || m["title"] != c.title || string(b) != c.content {
			t.Errorf("%s: got %+v, %q, %v", c.name, p, b, err)
		}
	}
}

func TestChapters(t *testing.T) {
	t.Parallel()
	chap := func(id string, start, end int, frames string) string {
		return fr("CHAP", id+"\x00"+plain(start)+plain(end)+plain(-1)+plain(-1)+frames)
	}
	data := tag(3, 0, chap("a", 500, 100, "")+chap("b", 0, 500, fr("TIT2", "\x00One")+fr("TYER", "\x002001")+fr("WXXX", "\x00"))+
		chap("c", 5, 6, "TIT2"+plain(99)+"\x00\x00\x00x")+chap("\xe9", 500, 900, strings.Repeat("\x00", 15)))
	got, err := Read(strings.NewReader(data), 0)
	if err != nil || len(got.Chapters) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i, want := range []media.Chapter{
		{ID: 1, Start: media.Duration{Ticks: 0, Timebase: milliseconds}, End: media.Duration{Ticks: 500, Timebase: milliseconds}, Metadata: media.Metadata{"title": "One", "TYER": "2001"}},
		{ID: 2, Start: media.Duration{Ticks: 500, Timebase: milliseconds}, End: media.Duration{Ticks: 900, Timebase: milliseconds}, Metadata: media.Metadata{"title": "é"}},
	} {
		if !reflect.DeepEqual(got.Chapters[i], want) {
			t.Errorf("chapter %d: got %+v, want %+v", i, got.Chapters[i], want)
		}
	}
}

// TestFloods: frames without number, or longer than is read, are refused; stepping over is free.
func TestFloods(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"frames":      tag(3, 0, strings.Repeat(fr("XXXX", "x"), maxFrames+1)),
		"a long text": tag(3, 0, fr("TXXX", strings.Repeat("x", maxText+1))),
		"many texts":  tag(3, 0, strings.Repeat(fr("PRIV", strings.Repeat("x", maxText)), 6)),
		"claims":      "ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + fr("TIT2", "\x00z") + "PRIV" + plain(200<<20) + "\x00\x00abc",
	} {
		_, err := Read(strings.NewReader(data), 0)
		if probe.RuleOf(err) != RuleLarge {
			t.Errorf("%s: got %v", name, err)
		}
	}
	r := &counter{r: strings.NewReader(tag(3, 0, fr("APIC", "\x00image/png\x00\x03\x00"+strings.Repeat("x", 3<<20))+fr("TIT2", "\x00z")))}
	got, err := Read(r, 0)
	if err != nil || got.Metadata["title"] != "z" || r.reads > 3 || r.bytes > 3*windowSize {
		t.Errorf("got %+v, %v after %d reads of %d bytes", got, err, r.reads, r.bytes)
	}
}

type counter struct {
	r            io.ReaderAt
	reads, bytes int
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.reads, c.bytes = c.reads+1, c.bytes+n
	return n, err
}

func TestParseV1(t *testing.T) {
	t.Parallel()
	v1 := func(title, comment string, genre byte) []byte {
		pad := func(s string, n int) string { return s + strings.Repeat("\x00", n-len(s)) }
		return []byte("TAG" + pad(title, 30) + pad("a"+strings.Repeat(" ", 29), 30) + pad("", 30) + "2001" + pad(comment, 30) + string([]byte{genre}))
	}
	for _, c := range []struct {
		data []byte
		want media.Metadata
	}{
		{v1("t\xe9  ", "c\x00"+strings.Repeat("\x00", 27)+"\x05", 17), media.Metadata{"title": "t\ufffd", "artist": "a", "date": "2001", "comment": "c", "track": "5", "genre": "Rock"}},
		{v1("   ", strings.Repeat("c", 30), 192), media.Metadata{"artist": "a", "date": "2001", "comment": strings.Repeat("c", 30)}},
		{v1("t", "", 0)[1:], nil},
		{append([]byte("x"), v1("t", "", 0)[:127]...), nil},
	} {
		if got, ok := ParseV1(c.data); ok != (c.want != nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// FuzzRead: any bytes give the same twice, and no more than was asked for.
func FuzzRead(f *testing.F) {
	for _, c := range cases {
		f.Add([]byte(c.data))
	}
	f.Add([]byte(tag(3, 0, fr("APIC", "\x00image/png\x00\x03d\x00x")+fr("CHAP", "a\x00"+plain(1)+plain(2)+plain(3)+plain(4)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(bytes.NewReader(data), 0)
		again, err2 := Read(bytes.NewReader(data), 0)
		if (err == nil) != (err2 == nil) || !reflect.DeepEqual(got, again) {
			t.Errorf("got %+v, %v and %+v, %v", got, err, again, err2)
		}
		if err != nil {
			return
		}
		for _, p := range got.Pictures {
			if r, size, err := p.Open(bytes.NewReader(data)); err == nil {
				io.Copy(io.Discard, io.NewSectionReader(r, 0, size))
			}
		}
		if len(data) >= V1Size {
			ParseV1(data[len(data)-V1Size:])
		}
	})
}

func BenchmarkRead(b *testing.B) {
	data := tag(3, 0, fr("TIT2", "\x01\xff\xfet\x00")+fr("TXXX", "\x00k\x00v")+fr("COMM", "\x00eng\x00c")+fr("APIC", "\x00image/png\x00\x03d\x00"+strings.Repeat("x", 10000)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(strings.NewReader(data), 0); err != nil {
			b.Fatal(err)
		}
	}
}

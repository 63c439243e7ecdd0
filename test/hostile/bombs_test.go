package hostile

import (
	"bytes"
	"compress/zlib"
	"math"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const huge = math.MaxUint32

// claim is a table of kind that says it has n rows and holds none.
func claim(kind string, n uint32) map[string][]byte {
	return map[string][]byte{kind: box(kind, u32(0), u32(n))}
}

// movieBombs are files whose headers promise far more than they hold, or hold far more than a
// movie needs.
func movieBombs() map[string][]byte {
	uniform := map[string][]byte{
		"stts": box("stts", u32(0), u32(1), u32(huge), u32(1)), "stsz": box("stsz", u32(0), u32(1), u32(huge)),
		"stsc": box("stsc", u32(0), u32(1), u32(1), u32(huge), u32(1)),
	}
	longRuns := map[string][]byte{
		"stts": box("stts", u32(0), u32(100_000), many(100_000, append(u32(huge), u32(1)...))),
		"ctts": box("ctts", u32(0), u32(100_000), many(100_000, append(u32(huge), u32(huge)...))),
		"stsz": box("stsz", u32(0), u32(1), u32(huge)),
	}
	trun := box("trun", u32(0), u32(1_000_000)) // no bytes back the samples
	moov := func(parts ...[]byte) []byte { return bytes.Join([][]byte{ftyp, box("moov", parts...)}, nil) }
	bombs := map[string][]byte{
		"one sample, 2^32-1 times":     movie(uniform),
		"100,000 runs of 2^32-1":       movie(longRuns),
		"200 runs of 1,000,000":        fragmented(fragment(many(200, trun)), box("mdat", zeros(16))),
		"one run of 16,000,000":        fragmented(fragment(box("trun", u32(0), u32(16_000_000))), box("mdat", zeros(16))),
		"one run of 2^32-1 empty":      fragmented(fragment(box("trun", u32(0x200), u32(huge))), box("mdat", zeros(16))),
		"100,000 fragments":            fragmented(many(100_000, fragment())),
		"20,000 tracks":                moov(mvhd(), many(20_000, track(1, tables()))),
		"5,000 tracks of one id":       moov(mvhd(), many(5_000, track(7, tables()))),
		"1,000,000 empty boxes":        append(bytes.Clone(ftyp), many(1_000_000, box("free"))...),
		"1,000,000 empty boxes inside": moov(mvhd(), many(1_000_000, box("free"))),
		"100,000 boxes on the way":     append(append(bytes.Clone(ftyp), many(100_000, box("free", zeros(8)))...), movie(nil)...),
		"a header of 47 MB":            moov(mvhd(), box("free", zeros(47<<20))),
		"a size table of 40 MB": movie(map[string][]byte{
			"stsz": box("stsz", u32(0), u32(0), u32(10<<20), zeros(40<<20)), "stts": box("stts", u32(0), u32(1), u32(10<<20), u32(1)),
		}),
		"timescale 0":             bytes.Replace(movie(nil), u32(12800), u32(0), 1),
		"movie timescale 0":       bytes.Replace(movie(nil), append(u32(1000), u32(40)...), append(u32(0), u32(40)...), 1),
		"duration 2^32-1":         bytes.Replace(movie(nil), append(u32(1000), u32(40)...), append(u32(1), u32(huge)...), 1),
		"compressed header":       append(bytes.Clone(ftyp), box("moov", box("cmov", box("dcom", []byte("zlib")), box("cmvd", u32(1<<30), squeezed(64<<20))))...),
		"SPS of zeros":            movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(1), avc1(box("avcC", avcC[:6], u16(60_000), []byte{0x67}, zeros(60_000))))}),
		"31 SPS of 64 KiB":        movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(1), avc1(box("avcC", avcC[:5], []byte{0xff}, many(31, append(u16(65_535), many(65_535, []byte{0x67})...)))))}),
		"SPS of 3s":               movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(1), avc1(box("avcC", avcC[:6], u16(60_000), []byte{0x67}, many(20_000, []byte{0, 0, 3}))))}),
		"avcC past its box":       movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(1), avc1(box("avcC", avcC[:6], u16(65_535))))}),
		"esds without end":        movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(1), box("mp4v", zeros(6), u16(1), zeros(70), box("esds", u32(0), []byte{3}, many(10_000, []byte{0x80}))))}),
		"zero-length entry":       movie(map[string][]byte{"stsd": box("stsd", u32(0), u32(huge), zeros(8), zeros(8))}),
		"100,000 tags":            movie(nil, box("udta", box("meta", u32(0), box("ilst", many(100_000, box("\xa9nam", box("data", u32(1), u32(0), []byte("x")))))))),
		"a tag of 20 MB":          movie(nil, box("udta", box("meta", u32(0), box("ilst", box("\xa9nam", box("data", u32(1), u32(0), zeros(20<<20))))))),
		"2^32-1 keys":             movie(nil, box("meta", box("hdlr", u32(0), zeros(4), []byte("mdta"), zeros(13)), box("keys", u32(0), u32(huge)))),
		"100,000 chapters":        movie(nil, box("udta", box("chpl", u32(1<<24), []byte{0}, u32(huge), many(100_000, append(u64(1), 0))))),
		"handler without an end":  movie(nil, box("hdlr", u32(0), zeros(4), []byte("vide"))),
		"sidx that names itself":  fragmented(box("sidx", u32(0), u32(1), u32(12800), u32(0), u32(0), u16(0), u16(1), u32(1<<31|44), u32(1), u32(0))),
		"sidx of 65,535 and none": fragmented(box("sidx", u32(0), u32(1), u32(12800), u32(0), u32(0), u16(0), u16(65_535))),
		"mfra of 2^32-1":          fragmented(fragment(), box("mfra", box("tfra", u32(0), u32(1), u32(0), u32(huge)), box("mfro", u32(0), u32(48)))),
		"mfra of one fragment":    fragmented(fragment(), box("mdat", zeros(16)), mfraOf(50_000)),
		"mfro beyond the start":   fragmented(fragment(), box("mfro", u32(0), u32(huge))),
		"two headers":             append(movie(nil), movie(nil)...),
		"1,000 headers":           append(bytes.Clone(ftyp), many(1000, box("moov", mvhd(), track(1, tables())))...),
		"header in media data":    append(bytes.Clone(ftyp), box("mdat", movie(nil))...),
	}
	for _, kind := range []string{"stsd", "stts", "ctts", "stss", "stsc", "stco", "co64", "saiz", "saio", "sbgp", "sgpd", "subs"} {
		bombs["2^32-1 rows of "+kind] = movie(claim(kind, huge))
		bombs["2^31 rows of "+kind] = movie(claim(kind, 1<<31))
	}
	bombs["2^32-1 rows of stsz"] = movie(map[string][]byte{"stsz": box("stsz", u32(0), u32(0), u32(huge))})
	bombs["2^32-1 rows of stz2"] = movie(map[string][]byte{"stsz": nil, "stz2": box("stz2", u32(0), u32(4), u32(huge))})
	bombs["2^32-1 edits"] = movie(map[string][]byte{"edts": box("edts", box("elst", u32(0), u32(huge)))})
	bombs["100,000 edits"] = movie(map[string][]byte{"edts": box("edts", box("elst", u32(0), u32(100_000), many(100_000, append(u64(1), u32(0x10000)...))))})
	bombs["edits of 2^63"] = movie(map[string][]byte{"edts": box("edts", box("elst", u32(1<<24), u32(2), many(2, append(append(u64(1<<63-1), u64(1<<63-1)...), u32(0x10000)...))))})
	bombs["first chunk 0"] = movie(map[string][]byte{"stsc": box("stsc", u32(0), u32(2), u32(0), u32(1), u32(1), u32(0), u32(huge), u32(1))})
	bombs["falling chunks"] = movie(map[string][]byte{"stsc": box("stsc", u32(0), u32(3), u32(9), u32(1), u32(1), u32(5), u32(1), u32(1), u32(1), u32(1), u32(1))})
	for _, kind := range []string{"moov", "udta", "meta", "trak", "free", "mdia", "stbl", "moof", "ilst", "wave"} {
		bombs["200,000 "+kind+" deep"] = append(bytes.Clone(ftyp), nest(kind, 200_000)...)
		bombs["20,000 "+kind+" deep in moov"] = append(bytes.Clone(ftyp), box("moov", mvhd(), nest(kind, 20_000))...)
	}
	for name, size := range map[string][]byte{
		"0": u64(0), "7": u64(7), "15": u64(15), "16": u64(16), "2^63": u64(1 << 63), "2^64-1": u64(1<<64 - 1), "2^63-1": u64(1<<63 - 1),
	} {
		bombs["64-bit size "+name] = bytes.Join([][]byte{ftyp, u32(1), []byte("moov"), size, mvhd()}, nil)
		bombs["64-bit size "+name+" inside"] = moov(mvhd(), u32(1), []byte("trak"), size, zeros(32))
	}
	for n := range uint32(8) {
		bombs["size "+string('0'+rune(n))] = bytes.Join([][]byte{ftyp, u32(n), []byte("moov"), mvhd()}, nil)
		bombs["size "+string('0'+rune(n))+" inside"] = moov(mvhd(), u32(n), []byte("trak"), zeros(64))
	}
	return bombs
}

// mfraOf is a table of n fragments that are all the same one.
func mfraOf(n int) []byte {
	at := uint64(len(fragmented()))
	rows := many(n, bytes.Join([][]byte{u64(0), u64(at), {1, 1, 1}}, nil))
	tfra := box("tfra", u32(1<<24), u32(1), u32(0), u32(uint32(n)), rows)
	return box("mfra", tfra, box("mfro", u32(0), u32(uint32(8+len(tfra)+16))))
}

// squeezed is a zlib stream of n zeros.
func squeezed(n int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for range n >> 20 {
		w.Write(zeros(1 << 20))
	}
	w.Close()
	return b.Bytes()
}

// matroskaBombs are the same for EBML.
func matroskaBombs() map[string][]byte {
	frames := cluster(block(0x80, vp8))
	plain := func(more ...[]byte) []byte {
		return webm(append(append([][]byte{info()}, more...), tracks(entry(1)), frames)...)
	}
	encoding := func(b []byte) []byte {
		return webm(info(), tracks(entry(1, el(0x6D80, el(0x6240, el(0x5034, el(0x4254, []byte{0})))))), cluster(block(0x80, b)))
	}
	deep := func(id uint32, depth int) []byte {
		out := bytes.Clone(ebml)
		for range depth {
			out = append(out, open(id, unknown)...)
		}
		return out
	}
	nested := func(id uint32, depth int) []byte {
		sizes := make([]byte, 0, depth*12)
		head := len(open(id, 0))
		for i := range depth {
			sizes = append(sizes, open(id, uint64((depth-i-1)*head))...)
		}
		return sizes
	}
	lace := func(flags byte, data ...[]byte) []byte {
		return webm(info(), tracks(entry(1)), cluster(block(flags, data...)))
	}
	bombs := map[string][]byte{
		"100,000 tracks":           webm(info(), tracks(many(100_000, entry(1))), frames),
		"1,000,000 empty tags":     plain(el(0x1254C367, many(1_000_000, []byte{0x73, 0x73, 0x80}))),
		"100,000 tags":             plain(el(0x1254C367, many(100_000, el(0x7373, el(0x67C8, el(0x45A3, []byte("A")), el(0x4487, []byte("b"))))))),
		"100,000 chapters":         plain(el(0x1043A770, el(0x45B9, many(100_000, el(0xB6, el(0x73C4, []byte{1}), el(0x91, []byte{0})))))),
		"tags 100,000 deep":        plain(el(0x1254C367, el(0x7373, nested(0x67C8, 100_000)))),
		"chapters 100,000 deep":    plain(el(0x1043A770, el(0x45B9, nested(0xB6, 100_000)))),
		"segments without end":     deep(0x18538067, 10_000),
		"clusters without end":     append(webm(info(), tracks(entry(1))), deep(0x1F43B675, 10_000)[len(ebml):]...),
		"tracks without end":       append(bytes.Clone(ebml), bytes.Join([][]byte{open(0x18538067, unknown), open(0x1654AE6B, unknown), open(0xAE, unknown), open(0xE0, unknown)}, nil)...),
		"clusters in each other":   webm(info(), tracks(entry(1)), nested(0x1F43B675, 20_000)),
		"1,000,000 empty blocks":   webm(info(), tracks(entry(1)), cluster(many(1_000_000, []byte{0xA3, 0x80}))),
		"1,000,000 empty clusters": webm(info(), tracks(entry(1)), many(1_000_000, []byte{0x1F, 0x43, 0xB6, 0x75, 0x80})),
		"1,000,000 voids":          plain(many(1_000_000, []byte{0xEC, 0x80})),
		"a void of 2^56-2":         append(bytes.Clone(ebml), bytes.Join([][]byte{open(0x18538067, unknown), open(0xEC, 1<<56-2)}, nil)...),
		"sizes of all ones less 1": append(bytes.Clone(ebml), bytes.Join([][]byte{open(0x18538067, 1<<56-2), open(0x1549A966, 1<<56-2)}, nil)...),
		"a codec private of 2^40":  append(bytes.Clone(ebml), bytes.Join([][]byte{open(0x18538067, 1<<50), open(0x1654AE6B, 1<<45), open(0xAE, 1<<44), open(0x63A2, 1<<40)}, nil)...),
		"an attachment of 20 MB":   plain(el(0x1941A469, el(0x61A7, el(0x466E, []byte("a")), el(0x4660, []byte("image/png")), el(0x465C, zeros(20<<20))))),
		"10,000 attachments":       plain(el(0x1941A469, many(10_000, el(0x61A7, el(0x466E, []byte("a")), el(0x4660, []byte("image/png")), el(0x465C, zeros(4)))))),
		"seek head to itself":      webm(el(0x114D9B74, many(1000, el(0x4DBB, el(0x53AB, u32(0x114D9B74)), el(0x53AC, u64(0)))))),
		"seek head to 2^63":        plain(el(0x114D9B74, el(0x4DBB, el(0x53AB, u32(0x1C53BB6B)), el(0x53AC, u64(1<<63))))),
		"seek head of 100,000":     plain(el(0x114D9B74, many(100_000, el(0x4DBB, el(0x53AB, u32(0x1254C367)), el(0x53AC, u64(8)))))),
		"timestamp scale 0":        webm(el(0x1549A966, el(0x2AD7B1, []byte{0}), el(0x4489, float(1000))), tracks(entry(1)), frames),
		"timestamp scale 2^64-1":   webm(el(0x1549A966, el(0x2AD7B1, u64(1<<64-1)), el(0x4489, float(1000))), tracks(entry(1)), frames),
		"duration NaN":             webm(info(el(0x4489, float(math.NaN()))), tracks(entry(1)), frames),
		"duration infinite":        webm(info(el(0x4489, float(math.Inf(1)))), tracks(entry(1)), frames),
		"duration below nothing":   webm(info(el(0x4489, float(-1e300))), tracks(entry(1)), frames),
		"duration of 3 bytes":      webm(info(el(0x4489, zeros(3))), tracks(entry(1)), frames),
		"255 Xiph frames":          lace(0x82, []byte{255}, many(2000, []byte{255})),
		"255 EBML frames":          lace(0x86, []byte{255}, many(2000, []byte{0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})),
		"negative frame sizes":     lace(0x86, []byte{3, 0x81, 0x80, 0x80}),
		"255 equal frames of none": lace(0x84, []byte{255}),
		"zlib bomb in frames":      encoding(squeezed(64 << 20)),
		"zlib bomb in codec data":  webm(info(), tracks(entry(1, el(0x63A2, squeezed(64<<20)), el(0x6D80, el(0x6240, el(0x5032, []byte{2}), el(0x5034, el(0x4254, []byte{0})))))), frames),
		"1,000 encodings":          webm(info(), tracks(entry(1, el(0x6D80, many(1000, el(0x6240, el(0x5031, []byte{1}), el(0x5034, el(0x4254, []byte{3}), el(0x4255, zeros(1000)))))))), frames),
		"header strip of 1 MB":     webm(info(), tracks(entry(1, el(0x6D80, el(0x6240, el(0x5034, el(0x4254, []byte{3}), el(0x4255, zeros(1<<20))))))), frames),
		"identifiers of 255 bytes": append(el(0x1A45DFA3, el(0x42F2, []byte{255}), el(0x42F3, []byte{255}), el(0x4282, []byte("matroska"))), frames...),
		"version 99":               append(el(0x1A45DFA3, el(0x4285, []byte{99}), el(0x4282, []byte("matroska"))), webm(info(), tracks(entry(1)), frames)[len(ebml):]...),
		"track 2^56":               webm(info(), tracks(el(0xAE, el(0xD7, u64(1<<56)), el(0x83, []byte{1}), el(0x86, []byte("V_VP8")))), frames),
		"track 0":                  webm(info(), tracks(entry(0)), frames),
		"two infos, two tracks":    webm(info(), info(), tracks(entry(1)), tracks(entry(1)), frames),
		"zero-length numbers":      webm(el(0x1549A966, el(0x2AD7B1), el(0x4489)), tracks(el(0xAE, el(0xD7), el(0x83), el(0x86))), frames),
		"pictures of 2^32":         webm(info(), tracks(el(0xAE, el(0xD7, []byte{1}), el(0x83, []byte{1}), el(0x86, []byte("V_VP8")), el(0xE0, el(0xB0, u32(huge)), el(0xBA, u32(huge)), el(0x54B0, u64(1<<63)), el(0x54BA, u64(1))))), frames),
		"frames every 2^64-1":      webm(info(), tracks(entry(1, el(0x23E383, u64(1<<64-1)))), frames),
		"frames every nothing":     webm(info(), tracks(entry(1, el(0x23E383, u64(0)))), frames),
		"cues of 100,000":          webm(info(), tracks(entry(1)), frames, el(0x1C53BB6B, many(100_000, el(0xBB, el(0xB3, []byte{0}), el(0xB7, el(0xF7, []byte{1}), el(0xF1, []byte{0})))))),
		"a vint of 9 bytes":        append(bytes.Clone(ebml), 0x18, 0x53, 0x80, 0x67, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"an element of no size":    append(bytes.Clone(ebml), 0x18, 0x53, 0x80, 0x67),
		"an EBML header of 2^40":   bytes.Join([][]byte{open(0x1A45DFA3, 1<<40), el(0x4282, []byte("webm"))}, nil),
	}
	return bombs
}

// TestBombs: each is answered or refused within a second and within what was read.
func TestBombs(t *testing.T) {
	for family, bombs := range map[string]map[string][]byte{"mp4": movieBombs(), "matroska": matroskaBombs()} {
		for name, b := range bombs {
			t.Run(family+"/"+name, func(t *testing.T) {
				hold(t, probe.NewBytes(b))
			})
		}
	}
}

// hold probes src and reports what breaks a promise.
func hold(t *testing.T, src probe.Source) probetest.Outcome {
	t.Helper()
	o := probetest.ProbeWithin(maxTime, prober, src, probe.Limits{})
	if err := o.Sound(); err != nil {
		t.Error(err)
	}
	if allowed := 8<<20 + 4*uint64(o.Cost.Bytes); o.Elapsed > maxTime || o.Allocated > allowed {
		t.Errorf("%s, %d bytes allocated for %d read", o.Elapsed, o.Allocated, o.Cost.Bytes)
	}
	if o.Cost.Bytes > probe.DefaultLimits.MaxBytes {
		t.Errorf("read %d bytes", o.Cost.Bytes)
	}
	return o
}

// TestVast: sources that are, or say they are, without bounds cost a few reads.
func TestVast(t *testing.T) {
	mdat := func(n uint64) []byte { return bytes.Join([][]byte{ftyp, u32(1), []byte("mdat"), u64(n)}, nil) }
	cases := []struct {
		name  string
		src   vast
		reads int
	}{
		{"nothing but zeros", vast{nil, 1<<63 - 1}, 4},
		{"8 GB of zeros behind a header", vast{movie(nil), 8 << 30}, 64},
		{"media data of 2^62", vast{mdat(1 << 62), 1 << 62}, 5},
		{"media data of 2^62 and nothing after", vast{mdat(1<<62 - 64), 1 << 62}, 8},
		{"media data up to the end", vast{append(bytes.Clone(ftyp), "\x00\x00\x00\x00mdat"...), 1<<63 - 1}, 5},
		{"a segment of 2^55", vast{append(bytes.Clone(ebml), open(0x18538067, 1<<55)...), 1 << 56}, 64},
		{"a cluster of 2^55", vast{bytes.Join([][]byte{ebml, open(0x18538067, unknown), info(), tracks(entry(1)), open(0x1F43B675, 1<<55)}, nil), 1 << 56}, 64},
		{"a block of 2^50", vast{bytes.Join([][]byte{ebml, open(0x18538067, unknown), info(), tracks(entry(1)), open(0x1F43B675, unknown), el(0xE7, []byte{0}), open(0xA3, 1<<50), {0x81, 0, 0, 0x80}, vp8}, nil), 1 << 56}, 64},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if o := hold(t, c.src); o.Cost.Requests > c.reads {
				t.Errorf("took %d reads and %d bytes: %s", o.Cost.Requests, o.Cost.Bytes, o.Text())
			}
		})
	}
}

// TestCrafted: the files that bombs are made from are good ones, or the bombs would never be lit.
func TestCrafted(t *testing.T) {
	for name, b := range map[string][]byte{
		"movie":     movie(nil),
		"fragments": fragmented(fragment(box("trun", u32(0x200), u32(1), u32(16))), box("mdat", zeros(16))),
		"matroska":  webm(info(el(0x4489, float(40))), tracks(entry(1)), cluster(block(0x80, vp8))),
	} {
		o := hold(t, probe.NewBytes(b))
		if rule := probe.RuleOf(o.Err); o.Err != nil && rule == "" {
			t.Errorf("%s: %v", name, o.Err)
		}
	}
}

package matroska_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// bomb is a file that is meant to cost more than it should.
type bomb struct {
	name string
	data []byte
	want probe.Kind // 0: an answer, or any error at all
}

// nest wraps inner into n elements of the identifiers, which take turns, sizes given.
func nest(n int, inner []byte, ids ...uint32) []byte {
	// Built from the inside out in reverse, since every size depends on what is inside.
	var backwards []byte
	length := len(inner)
	for i := range n {
		h := append(idBytes(ids[i%len(ids)]), size(uint64(length))...)
		slices.Reverse(h)
		backwards = append(backwards, h...)
		length += len(h)
	}
	slices.Reverse(backwards)
	return append(backwards, inner...)
}

// segment puts parts into a Segment behind an EBML header.
func segment(parts ...[]byte) []byte { return append(head(), el(idSegment, parts...)...) }

func zeros(n int) []byte { return make([]byte, n) }

// deflated is n zeros, compressed.
func deflated(n int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(make([]byte, n))
	_ = w.Close()
	return b.Bytes()
}

func seekTo(id uint32, pos uint64) []byte {
	return el(idSeekHead, el(idSeek, el(idSeekID, idBytes(id)), num(idSeekPos, pos)))
}

func encoded(settings ...[]byte) []byte {
	compression := el(idEncoding, num(idScope, 3), el(idCompression, settings...))
	return el(idTracks, pcmTrack(1, el(idPrivate, deflated(1<<24)), el(idEncodings, compression)))
}

var play = cluster(simpleBlock(0x80, zeros(160)))

// bombs are the ways to hurt a reader of EBML.
func bombs() []bomb {
	unsized := slices.Concat(head(), open(idSegment, bytes.Repeat(open(idTracks), 10_000)))
	short := []byte{0x1A, 0x45, 0xDF, 0xA3, 0x8B, 0x42, 0x82, 0x88}
	short = append(short, "matroska"...)
	list := []bomb{
		{"unknown sizes nested", unsized, 0},
		{"clusters without sizes nested", slices.Concat(head(), open(idSegment, info(), el(idTracks, pcmTrack(1)), bytes.Repeat(open(idCluster), 100_000))), 0},
		{"size of all ones less one", slices.Concat(short, claim(idSegment, 1<<56-2, info())), probe.Truncated},
		{"identifier of nine bytes", slices.Concat(short, []byte{0, 0xFF, 0xFF}), probe.Malformed},
		{"size of nine bytes", slices.Concat(head(), idBytes(idSegment), []byte{0, 1, 2, 3}), probe.Malformed},
		{"header cut off", short[:7], 0},
		{"child past its parent", segment(el(idInfo, claim(idDuration, 1<<40))), probe.Malformed},
		{"segment in segment", slices.Concat(head(), nest(1000, nil, idSegment)), 0},
		{"cluster in cluster", segment(info(), el(idTracks, pcmTrack(1)), nest(10_000, zeros(8), idCluster)), 0},
		{"simple tags nested", segment(el(idTags, el(idTag, nest(100_000, nil, idSimpleTag)))), probe.Limit},
		{"chapters nested", file(el(idChapters, el(idEdition, nest(100_000, nil, idAtom)))), 0},
		{"seek head to itself", file(seekTo(idSeekHead, 0)), 0},
		{"seek head to cues", file(seekTo(idCues, 0)), 0},
		{"seek head far away", file(seekTo(idTags, 1<<63)), 0},
		{"seek head to tracks again", file(seekTo(idTracks, 3)), 0},
		{"void of nearly everything", segment(claim(idVoid, 1<<56-2)), probe.Malformed},
		{"a million tags", file(el(idTags, bytes.Repeat(el(idTag), 1_000_000))), probe.Limit},
		{"a million simple tags", file(el(idTags, el(idTag, bytes.Repeat(el(idSimpleTag, str(idTagName, "A"), str(idTagString, "B")), 500_000)))), probe.Limit},
		{"a million voids", file(bytes.Repeat(el(idVoid), 1_000_000)), probe.Limit},
		{"wrong checksums", file(bytes.Repeat(el(idCRC, zeros(4)), 1000)), 0},
		{"codec data of 1 GiB", segment(info(), el(idTracks, claim(idEntry, 1<<30+20, num(idNumber, 1), claim(idPrivate, 1<<30))), play), probe.Malformed},
		{"attachment of 4 GiB", segment(claim(idAttachments, 1<<32+30, claim(idFile, 1<<32, claim(idData, 1<<32))), play), probe.Malformed},
		{"many tracks", segment(info(), el(idTracks, bytes.Repeat(el(idEntry), 5000)), play), probe.Limit},
		{"many tracks with one number", segment(info(), el(idTracks, bytes.Repeat(pcmTrack(1), 1000)), play), 0},
		{"identifiers of no bytes", slices.Concat(head(num(idMaxIDLength, 0)), el(idSegment)), 0},
		{"identifiers of 255 bytes", slices.Concat(head(num(idMaxIDLength, 255)), el(idSegment)), probe.Unsupported},
		{"a version to come", slices.Concat(head(num(idReadVersion, 99)), el(idSegment)), probe.Unsupported},
		{"zlib bomb", segment(info(), encoded(num(idAlgo, 0)), play), probe.Unsupported},
		{"bzip2", segment(info(), encoded(num(idAlgo, 1)), play), probe.Unsupported},
		{"stripped header of 1 GiB", segment(info(), encoded(num(idAlgo, 3), claim(idSettings, 1<<30)), play), probe.Malformed},
		{"endless frames", segment(info(), el(idTracks, pcmTrack(1)), cluster(bytes.Repeat(simpleBlock(0x80), 200_000))), 0},
		{"frames of track 0", segment(info(), el(idTracks, pcmTrack(0)), cluster(el(idSimple, []byte{0x80, 0, 0, 0x80, 1}))), 0},
		{"frames of a track far away", segment(info(), el(idTracks, pcmTrack(1)), cluster(el(idSimple, bytes.Repeat([]byte{0x01}, 8), zeros(8)))), probe.Unsupported},
		{"negative reference", segment(info(), el(idTracks, pcmTrack(1)), cluster(el(idGroup, el(idBlock, []byte{0x81, 0, 0, 0, 1}), el(idReference, []byte{0x80, 0, 0, 0, 0, 0, 0, 0})))), 0},
	}
	for lacing, table := range [][]byte{1: bytes.Repeat([]byte{0xFF}, 4000), 2: zeros(255), 3: append([]byte{0x41, 0x00}, bytes.Repeat([]byte{0x80}, 600)...)} {
		payload := append([]byte{255}, table...)
		list = append(list, bomb{fmt.Sprintf("lacing %d", lacing),
			segment(info(), el(idTracks, pcmTrack(1)), cluster(bytes.Repeat(simpleBlock(byte(lacing<<1), payload), 2000))), 0})
	}
	for _, scale := range []uint64{0, 1, math.MaxUint64} {
		for _, d := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), -5, 1e300} {
			list = append(list, bomb{fmt.Sprintf("scale %d duration %g", scale, d),
				segment(el(idInfo, num(idScale, scale), float(idDuration, d)), el(idTracks, pcmTrack(1)), play), 0})
		}
	}
	return append(list, bomb{"float of three bytes", segment(el(idInfo, el(idDuration, zeros(3)))), probe.Malformed})
}

// TestBombs: every file ends soon, costs little and gives the same twice; what is answered
// can be printed.
func TestBombs(t *testing.T) {
	for _, b := range bombs() {
		t.Run(b.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			info, cost, err := run(t.Context(), b.data)
			took := time.Since(began)
			runtime.ReadMemStats(&after)

			if b.want != 0 && !errors.Is(err, b.want) {
				t.Errorf("got %v, want %v", err, b.want)
			}
			if (info == nil) == (err == nil) {
				t.Errorf("got %v and %v", info, err)
			}
			var typed *probe.Error
			if err != nil && !errors.As(err, &typed) {
				t.Errorf("untyped error %v", err)
			}
			if most := 8<<20 + 6*uint64(cost.Bytes); after.TotalAlloc-before.TotalAlloc > most {
				t.Errorf("%d bytes allocated for %d read", after.TotalAlloc-before.TotalAlloc, cost.Bytes)
			}
			if most := 250*time.Millisecond + time.Duration(len(b.data))*100; took > most {
				t.Errorf("took %v for %d bytes", took, len(b.data))
			}
			again, _, err2 := run(t.Context(), b.data)
			if !reflect.DeepEqual(info, again) || fmt.Sprint(err) != fmt.Sprint(err2) {
				t.Errorf("another answer the second time: %v, %v", again, err2)
			}
		})
	}
}

// run probes data without a Prober in between.
func run(ctx context.Context, data []byte) (*media.Info, probe.Cost, error) {
	r := probe.NewReader(ctx, probe.NewBytes(data), probe.Limits{})
	info, err := matroska.Format.Probe(ctx, r)
	return info, r.Cost(), err
}

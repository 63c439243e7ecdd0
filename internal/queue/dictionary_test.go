package queue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/probe"
)

var writeDictionary = flag.String("write-dictionary", "", "make a new dictionary from the samples and write it to this file")

// dictionarySums are those of the released dictionaries.
var dictionarySums = []string{1: "a82f9c9ad14ae4d2"}

// sampleOutcomes are what is stored of the samples that our readers answer, by half: those that the
// dictionary was made of, and those that it has not seen.
func sampleOutcomes(t testing.TB) (known, unseen [][]byte) {
	t.Helper()
	p := probe.New(all.Formats...)
	err := filepath.WalkDir("../../testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if st, err := d.Info(); err != nil || st.Size() > 8<<20 {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := p.Probe(t.Context(), probe.NewBytes(data))
		if err != nil {
			return nil // not for our readers
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(filepath.Base(path)))
		o := outcome{
			Result: &job.Result{Info: info, Object: job.Object{
				Name: filepath.Base(path), URL: "oss://bucket/path/" + filepath.Base(path), Region: "cn-shanghai", Size: int64(len(data)),
				ETag: hex.EncodeToString(h.Sum(nil)), Modified: time.Unix(1700000000+int64(h.Sum32()>>4), 0).UTC(),
			}},
			Run: job.Run{Engine: "native", Requests: 1, BytesRead: int64(len(data)), QueueTime: time.Duration(h.Sum32()), ProbeTime: time.Duration(h.Sum32() / 3), Attempts: 1},
		}
		var plain bytes.Buffer
		if err := encMode.MarshalToBuffer(o, &plain); err != nil {
			return err
		}
		if h.Sum32()%2 == 0 {
			known = append(known, plain.Bytes())
		} else {
			unseen = append(unseen, plain.Bytes())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return known, unseen
}

// sampleSpec is what is stored of a usual request.
func sampleSpec(t testing.TB) []byte {
	t.Helper()
	var plain bytes.Buffer
	err := encMode.MarshalToBuffer(job.Spec{Name: "name", PipelineID: "01a21e7ec0c678189d81cd16fc4dc22b", Priority: 6, UserData: `{"key":"value"}`,
		Input: job.Input{Type: job.InputOSS, Media: "https://bucket.oss-cn-shanghai.aliyuncs.com/path/video.mp4"}, Async: true, Trigger: "OpenAPI"}, &plain)
	if err != nil {
		t.Fatal(err)
	}
	return plain.Bytes()
}

// TestDictionary holds that released dictionaries stay what they are, and what the newest is good for.
func TestDictionary(t *testing.T) {
	known, unseen := sampleOutcomes(t)
	if *writeDictionary != "" {
		// What is said often stands at the end, where references are shortest.
		slices.SortFunc(known, func(a, b []byte) int { return len(a) - len(b) })
		var text []byte
		for i := 0; len(text) < 60<<10 && i < len(known); i++ {
			k := known[(i*37)%len(known)]
			if len(k) < 3000 {
				text = append(text, k...)
			}
		}
		text = append(text[:min(len(text), 62<<10)], sampleSpec(t)...)
		d := s2.MakeDict(text, nil)
		if err := os.WriteFile(*writeDictionary, d.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for n, data := range [][]byte{1: dictionary1} {
		if n == 0 {
			continue
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:8]); got != dictionarySums[n] {
			t.Errorf("dictionary %d has changed to %s: what was stored with it can no longer be read", n, got)
		}
	}
	plain, packed, without := 0, 0, 0
	for _, o := range unseen {
		plain += len(o)
		packed += len(dictionaries[newestDictionary].Encode(nil, o))
		without += len(s2.Encode(nil, o))
	}
	n := len(unseen)
	t.Logf("%d outcomes of unseen samples: %d bytes each, %d with S2, %d with S2 and the dictionary", n, plain/n, without/n, packed/n)
	if 2*packed > without {
		t.Errorf("the dictionary leaves %d of %d bytes, want less than half", packed, without)
	}
}

// BenchmarkEncodings compares ways to store the outcomes of samples that no dictionary has seen.
func BenchmarkEncodings(b *testing.B) {
	_, unseen := sampleOutcomes(b)
	dict := dictionaries[newestDictionary]
	zs, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		b.Fatal(err)
	}
	zd, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithEncoderDictRaw(1, dictionary1))
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name   string
		encode func(dst, src []byte) []byte
	}{
		{"plain", func(dst, src []byte) []byte { return append(dst[:0], src...) }},
		{"s2", func(dst, src []byte) []byte { return s2.Encode(dst[:cap(dst)], src) }},
		{"s2+dictionary", func(dst, src []byte) []byte { return dict.Encode(dst[:cap(dst)], src) }},
		{"zstd", func(dst, src []byte) []byte { return zs.EncodeAll(src, dst[:0]) }},
		{"zstd+dictionary", func(dst, src []byte) []byte { return zd.EncodeAll(src, dst[:0]) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			buf := make([]byte, 0, 64<<10)
			total := 0
			for i := range b.N {
				total += len(way.encode(buf, unseen[i%len(unseen)]))
			}
			b.ReportMetric(float64(total)/float64(b.N), "bytes/outcome")
		})
	}
}

package dash_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/dash"
	"github.com/mediagauge/mediagauge/format/mp4"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

var prober = probe.New(mp4.Format, dash.Format)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../testdata/playlists/files/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mpd puts a period into a manifest of 12 s.
func mpd(body string) string {
	return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" mediaPresentationDuration="PT12.9S">` + body + `</MPD>`
}

func probeText(t testing.TB, text string, files map[string][]byte) (probetest.Outcome, string) {
	t.Helper()
	s := probetest.NewShelf([]byte(text), files)
	o := probetest.Probe(prober, s, probe.Limits{})
	if err := o.Sound(); err != nil {
		t.Fatalf("%.200q: %v", text, err)
	}
	opened, open := s.Opened()
	if open != 0 {
		t.Errorf("%.200q: %d sources left open", text, open)
	}
	return o, strings.Join(opened, " ")
}

// TestAddressing: how the first segment is found.
func TestAddressing(t *testing.T) {
	files := map[string][]byte{"*": read(t, "androidx-media__hls_standalone-webvtt/sample.mp4")}
	const set = `<AdaptationSet contentType="video">%s<Representation id="v/1" bandwidth="70">%s</Representation></AdaptationSet>`
	for name, c := range map[string]struct{ body, opened string }{
		"number":        {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<SegmentTemplate media="$RepresentationID$-$Number%05d$-$Bandwidth$-$$.mp4" startNumber="3" duration="2"/>`), "v/1-00003-70-$.mp4"},
		"default":       {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<SegmentTemplate media="$Number$" duration="4"/>`), "1"},
		"two short":     {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<SegmentTemplate media="$Number$" duration="1000" timescale="1000"/>`), "1 2"},
		"time":          {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<SegmentTemplate media="$Time$" timescale="10"><SegmentTimeline><S t="500" d="20" r="-1"/></SegmentTimeline></SegmentTemplate>`), "500"},
		"times":         {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<SegmentTemplate media="$Time$" timescale="10"><SegmentTimeline><S d="9" r="1"/><S d="30"/></SegmentTimeline></SegmentTemplate>`), "0 9 18"},
		"inherited":     {fmt.Sprintf(`<Period><SegmentTemplate media="$Number$.m" startNumber="7"/>`+set+`</Period>`, `<SegmentTemplate duration="2"/>`, ""), "7.m"},
		"overridden":    {fmt.Sprintf(`<Period>`+set+`</Period>`, `<SegmentTemplate duration="2" media="x" startNumber="4"/>`, `<SegmentTemplate media="y$Number$"/>`), "y4"},
		"base":          {fmt.Sprintf(`<BaseURL>a/</BaseURL><Period><BaseURL>b/c</BaseURL>`+set+`</Period>`, `<BaseURL>d/</BaseURL>`, `<BaseURL>e.mp4?x=1</BaseURL>`), "a/b/d/e.mp4?x=1"},
		"absolute base": {fmt.Sprintf(`<BaseURL>http://host/a/</BaseURL><Period>`+set+`</Period>`, `<BaseURL>../b/</BaseURL>`, `<BaseURL>e.mp4</BaseURL>`), "http://host/b/e.mp4"},
		"rooted base":   {fmt.Sprintf(`<BaseURL>a/</BaseURL><Period>`+set+`</Period>`, `<BaseURL>/r/</BaseURL>`, `<BaseURL>e</BaseURL>`), "/r/e"},
		"list":          {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<BaseURL>v.mp4</BaseURL><SegmentList duration="9"><SegmentURL mediaRange="0-91241"/><SegmentURL media="z"/></SegmentList>`), "v.mp4"},
		"whole file":    {fmt.Sprintf(`<Period>`+set+`</Period>`, "", `<BaseURL>v.mp4</BaseURL><SegmentBase indexRange="1-2"><Initialization range="0-9"/></SegmentBase>`), "v.mp4"},
		"longest":       {fmt.Sprintf(`<Period duration="PT9S">`+set+`</Period><Period duration="PT3S">`+set+`</Period>`, "", `<BaseURL>long</BaseURL>`, "", `<BaseURL>short</BaseURL>`), "long"},
	} {
		o, opened := probeText(t, mpd(c.body), files)
		if o.Err != nil || opened != c.opened {
			t.Errorf("%s: opened %q, want %q: %v", name, opened, c.opened, o.Err)
			continue
		}
		if i := o.Info; i.Duration.String() != "12.000000" || len(i.Tracks) != 1 || i.Tracks[0].Metadata["id"] != "v/1" || i.Tracks[0].Metadata["variant_bitrate"] != "70" {
			t.Errorf("%s: %s", name, o.Text())
		}
	}
}

// TestOrder: pictures come before sound, and what cannot be read is told.
func TestOrder(t *testing.T) {
	files := map[string][]byte{"V300/init.mp4": nil}
	for _, name := range []string{"A48/init.mp4", "A48/1.m4s", "V300/init.mp4", "V300/1.m4s"} {
		files[name] = read(t, "livesim2__dash_testpic_6s/"+name)
	}
	text := string(read(t, "livesim2__dash_testpic_6s/Manifest.mpd"))
	o, _ := probeText(t, text, files)
	if o.Err != nil || len(o.Info.Tracks) != 2 || o.Info.Tracks[0].Video == nil || o.Info.Tracks[1].Language != "en" || !strings.HasPrefix(o.Info.Metadata["Title"], "640x360") {
		t.Errorf("%s", o.Text())
	}
	delete(files, "V300/1.m4s")
	o, _ = probeText(t, text, files)
	if o.Err != nil || len(o.Info.Tracks) != 1 || len(o.Info.Warnings) != 1 || o.Info.Warnings[0].Path != "Representation V300" {
		t.Errorf("without pictures: %s", o.Text())
	}
	dynamic := strings.Replace(text, `type="static"`, `type="dynamic"`, 1)
	if o, opened := probeText(t, dynamic, files); probe.RuleOf(o.Err) != "live-manifest" || opened != "" {
		t.Errorf("live: opened %q, %v", opened, o.Err)
	}
}

func TestDurations(t *testing.T) {
	files := map[string][]byte{"*": read(t, "androidx-media__hls_standalone-webvtt/sample.mp4")}
	for text, want := range map[string]string{
		"PT1H2M3.9S": "3723.000000", "P1DT1S": "86401.000000", "PT0S": "0.000000", "P1Y": "", "1S": "", "PT99999999999999999999S": "", "": "",
	} {
		body := mpd(`<Period><AdaptationSet mimeType="video/mp4"><Representation><BaseURL>v</BaseURL></Representation></AdaptationSet></Period>`)
		o, _ := probeText(t, strings.Replace(body, "PT12.9S", text, 1), files)
		if o.Err != nil || o.Info.Duration.String() != want {
			t.Errorf("%q: %v, want %q", text, o.Text(), want)
		}
	}
}

// TestHostile: an answer within bounds, or an error that says what is wrong.
func TestHostile(t *testing.T) {
	rep := `<Representation><BaseURL>v</BaseURL></Representation>`
	self := mpd(`<Period><AdaptationSet mimeType="video/mp4">` + rep + `</AdaptationSet></Period>`)
	for name, c := range map[string]struct {
		text  string
		files map[string][]byte
		most  int
	}{
		"itself":               {self, map[string][]byte{"v": []byte(self)}, 1},
		"10,000 streams":       {mpd(`<Period><AdaptationSet mimeType="video/mp4">` + strings.Repeat(rep, 10_000) + `</AdaptationSet></Period>`), nil, 24},
		"2,000 periods":        {mpd(strings.Repeat("<Period/>", 2000)), nil, 0},
		"300,000 elements":     {mpd(strings.Repeat("<a/>", 300_000)), nil, 0},
		"elements 1,000 deep":  {mpd(strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000)), nil, 0},
		"5 MiB":                {mpd(strings.Repeat(" ", 5<<20)), nil, 0},
		"an entity of its own": {`<!DOCTYPE MPD [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + mpd(`<Period>&a;</Period>`), nil, 0},
		"not closed":           {strings.TrimSuffix(self, "</MPD>"), nil, 0},
		"endless timeline":     {mpd(`<Period><AdaptationSet mimeType="video/mp4"><Representation><SegmentTemplate media="$Time$"><SegmentTimeline><S d="1" r="2000000000"/><S d="9223372036854775807"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period>`), map[string][]byte{"*": nil}, 8},
		"wide numbers":         {mpd(`<Period><AdaptationSet mimeType="video/mp4"><Representation><SegmentTemplate media="$Number%099d$" startNumber="99999999999999999999" duration="9"/></Representation></AdaptationSet></Period>`), nil, 1},
		"nothing":              {mpd(`<Period/>`), nil, 0},
		"no segments":          {mpd(`<Period><AdaptationSet mimeType="video/mp4"><Representation/></AdaptationSet></Period>`), nil, 0},
		"ranges":               {mpd(`<Period><AdaptationSet mimeType="video/mp4"><Representation><SegmentList><SegmentURL media="a" mediaRange="9-1"/></SegmentList></Representation></AdaptationSet></Period>`), nil, 0},
	} {
		o, opened := probeText(t, c.text, c.files)
		if o.Err == nil || len(strings.Fields(opened)) > c.most {
			t.Errorf("%s: opened %.100q, %v", name, opened, o.Err)
		}
		if o.Allocated > 64<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	one := `<Period><AdaptationSet mimeType="video/mp4"><Representation>%s</Representation></AdaptationSet></Period>`
	texts := map[string]string{
		"live-manifest":      strings.Replace(mpd(fmt.Sprintf(one, `<SegmentTemplate media="a" duration="2"/>`)), "static", "dynamic", 1),
		"long-text":          mpd(strings.Repeat(" ", 5<<20)),
		"no-representations": mpd(`<Period/>`),
		"segment-format":     mpd(fmt.Sprintf(one, `<BaseURL>v</BaseURL>`)),
	}
	for rule := range dash.Rules() {
		o, _ := probeText(t, texts[rule], map[string][]byte{"*": []byte("nothing")})
		if got := probe.RuleOf(o.Err); got != rule {
			t.Errorf("%s: %v", rule, o.Err)
		}
	}
}

// FuzzDASH: any text beside segments gives an answer that does not contradict itself, or a typed
// error, and leaves nothing open.
func FuzzDASH(f *testing.F) {
	names, err := filepath.Glob("../../testdata/playlists/files/*/*.mpd")
	if err != nil || len(names) == 0 {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	files := map[string][]byte{"*": read(f, "androidx-media__hls_standalone-webvtt/sample.mp4")}
	f.Fuzz(func(t *testing.T, text string) {
		first, opened := probeText(t, text, files)
		if len(strings.Fields(opened)) > 64*64 {
			t.Errorf("opened %q", opened)
		}
		if again, _ := probeText(t, text, files); again.Text() != first.Text() {
			t.Errorf("another answer the second time: %s\n%s", first.Text(), again.Text())
		}
	})
}

func BenchmarkDASH(b *testing.B) {
	files := map[string][]byte{}
	for _, name := range []string{"A48/init.mp4", "A48/1.m4s", "V300/init.mp4", "V300/1.m4s"} {
		files[name] = read(b, "livesim2__dash_testpic_6s/"+name)
	}
	text := read(b, "livesim2__dash_testpic_6s/Manifest.mpd")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prober.Probe(b.Context(), probetest.NewShelf(text, files)); err != nil {
			b.Fatal(err)
		}
	}
}

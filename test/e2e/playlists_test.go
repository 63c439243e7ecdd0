package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// TestPlaylists puts playlists and manifests through the API, which opens their segments beside them,
// and compares each reply with what ffprobe said; but for the bit rate of the file, which ffprobe makes
// of the length of the text.
func TestPlaylists(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	list, err := testmedia.Playlists()
	if err != nil {
		t.Fatal(err)
	}
	origin := rig.NewOrigin(t)
	root := filepath.Join(filepath.Dir(testmedia.Root()), "playlists", "files")
	origin.Handle("/sets/", http.StripPrefix("/sets/", http.FileServerFS(os.DirFS(root))).ServeHTTP)
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api, ctx := server.API(), within(t, time.Minute)
	// HE-AAC in segments is for ffprobe alone to tell, which is not given playlists.
	refused := map[string]bool{
		"shaka-packager__acc-he/output.mpd": true, "shaka-player__hls-raw-aac/manifest.m3u8": true, "shaka-player__hls-raw-aac/stream.m4a.m3u8": true,
	}
	for _, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			address := origin.URL + "/sets/" + s.Name
			j, err := api.Run(ctx, rig.Spec{Media: address})
			if err != nil {
				t.Fatal(err)
			}
			if refused[s.Name] {
				if j.Status != "Fail" || j.SubmitResultJson.Code != "UnsupportedFormat" {
					t.Errorf("%s %+v", j.Status, j.SubmitResultJson)
				}
				return
			}
			want := expected(readRecorded(t, s.Recorded), filepath.Base(s.Name), address, region)
			if s.Container == "hls" {
				want.FileBasicInfo["FormatName"] = "hls,applehttp" // the vendor's spelling
			}
			checkSuccess(t, j, s, want, "Bitrate")
		})
	}
}

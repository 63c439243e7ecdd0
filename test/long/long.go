// Package long makes ten-minute files of many containers with ffmpeg, for tests and benchmarks
// of what reading them takes. All of them together take a few seconds to make and 300 MB.
package long

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// File is one ten-minute file, or a playlist with its segments beside it.
type File struct {
	Name      string // path below the folder, with slashes
	What      string
	Container string // ffprobe's name
	Requests  int    // that a probe over HTTP may take
	Bytes     int64  // that it may read
}

const kib = 1 << 10

// Files are the files that Make makes.
var Files = []File{
	{"h264-aac.ts", "TS, H.264, AAC", "mpegts", 4, 1024 * kib},
	{"mpeg2-ac3.ts", "TS, MPEG-2, AC-3", "mpegts", 4, 1024 * kib},
	{"vod/index.m3u8", "HLS, VOD", "hls", 4, 512 * kib},
	{"abr/master.m3u8", "HLS, three variants", "hls", 8, 1024 * kib},
	{"h264-aac.flv", "FLV, H.264, AAC", "flv", 3, 384 * kib},
	{"mpeg4-mp3.avi", "AVI, MPEG-4, MP3", "avi", 3, 384 * kib},
	{"cbr.mp3", "MP3, Xing header", "mp3", 3, 384 * kib},
	{"bare.mp3", "MP3, no header", "mp3", 3, 384 * kib},
	{"sound.flac", "FLAC", "flac", 3, 384 * kib},
	{"vorbis.ogg", "Ogg, Vorbis", "ogg", 3, 384 * kib},
	{"opus.ogg", "Ogg, Opus", "ogg", 3, 384 * kib},
	{"sound.wav", "WAV", "wav", 3, 384 * kib},
	{"sound.aiff", "AIFF", "aiff", 3, 384 * kib},
	{"sound.caf", "CAF", "caf", 3, 384 * kib},
	{"sound.ac3", "AC-3", "ac3", 3, 384 * kib},
	{"sound.aac", "ADTS", "aac", 3, 384 * kib},
	{"sound.wv", "WavPack", "wv", 3, 384 * kib},
	{"mpeg2-mp2.mpg", "MPEG-PS", "mpeg", 4, 1024 * kib},
	{"wmv2-wma2.wmv", "ASF, WMV2, WMA2", "asf", 4, 512 * kib},
	{"mpeg2.mxf", "MXF, MPEG-2, PCM", "mxf", 4, 512 * kib},
}

// step is one call of ffmpeg: what goes in front of the output, and the output.
type step struct{ args, out string }

const (
	pictures = "-f lavfi -i testsrc2=s=%s:r=25:d=10 "
	sound    = "-f lavfi -i sine=f=440:r=48000:d=10 -ac 2 "
	whole    = "-f lavfi -i sine=f=440:r=44100:d=600 -ac 2 "
	x264     = "-c:v libx264 -preset ultrafast -x264-params threads=1 -b:v 300k -g 50 "
	again    = "-stream_loop 59 -i "
)

func picturesOf(size string) string { return fmt.Sprintf(pictures, size) }

// steps make a seed of ten seconds, and play it sixty times over.
var steps = []step{
	{picturesOf("320x180") + sound + x264 + "-c:a aac -b:a 96k", "seed.mkv"},
	{picturesOf("320x180") + sound + "-c:v mpeg2video -b:v 500k -g 12 -bf 2 -c:a ac3 -b:a 128k", "seed2.ts"},
	{picturesOf("320x180") + sound + "-c:v mpeg4 -b:v 300k -bf 2 -c:a libmp3lame -b:a 96k", "seed4.avi"},
	{picturesOf("320x180") + sound + "-c:v mpeg2video -b:v 500k -g 12 -bf 2 -c:a mp2 -b:a 128k", "seed.mpg"},
	{picturesOf("320x180") + sound + "-c:v wmv2 -b:v 300k -c:a wmav2 -b:a 96k", "seed.wmv"},
	{picturesOf("320x180") + sound + "-c:v mpeg2video -b:v 500k -g 12 -bf 2 -c:a pcm_s16le", "seed.mxf"},
	{picturesOf("640x360") + sound + x264 + "-c:a aac -b:a 96k", "seed-640.mkv"},
	{picturesOf("960x540") + sound + x264 + "-c:a aac -b:a 96k", "seed-960.mkv"},
	{sound + "-c:a libvorbis -q:a 3", "seed.ogg"},
	{sound + "-c:a libopus -b:a 64k", "seed-opus.ogg"},
	{sound + "-c:a libmp3lame -b:a 128k", "seed.mp3"},
	{sound + "-c:a aac -b:a 96k", "seed.aac"},
	{sound + "-c:a ac3 -b:a 192k", "seed.ac3"},

	{again + "{seed.mkv} -c copy", "h264-aac.ts"},
	{again + "{seed2.ts} -c copy", "mpeg2-ac3.ts"},
	{again + "{seed.mkv} -c copy -hls_time 6 -hls_list_size 0 -hls_playlist_type vod -hls_segment_filename {vod/s%d.ts}", "vod/index.m3u8"},
	{again + "{seed.mkv} -c copy -hls_time 6 -hls_list_size 0 -hls_playlist_type vod -hls_segment_filename {abr/180/s%d.ts}", "abr/180/index.m3u8"},
	{again + "{seed-640.mkv} -c copy -hls_time 6 -hls_list_size 0 -hls_playlist_type vod -hls_segment_filename {abr/360/s%d.ts}", "abr/360/index.m3u8"},
	{again + "{seed-960.mkv} -c copy -hls_time 6 -hls_list_size 0 -hls_playlist_type vod -hls_segment_filename {abr/540/s%d.ts}", "abr/540/index.m3u8"},
	{again + "{seed.mkv} -c copy", "h264-aac.flv"},
	{again + "{seed4.avi} -c copy", "mpeg4-mp3.avi"},
	{again + "{seed.mp3} -c copy", "cbr.mp3"},
	{again + "{seed.mp3} -c copy -write_xing 0 -id3v2_version 0", "bare.mp3"},
	{again + "{seed.ogg} -c copy", "vorbis.ogg"},
	{again + "{seed-opus.ogg} -c copy", "opus.ogg"},
	{again + "{seed.aac} -c copy", "sound.aac"},
	{again + "{seed.ac3} -c copy", "sound.ac3"},
	{again + "{seed.mpg} -c copy", "mpeg2-mp2.mpg"},
	{again + "{seed.wmv} -c copy", "wmv2-wma2.wmv"},
	{again + "{seed.mxf} -c copy", "mpeg2.mxf"},
	{whole + "-c:a flac", "sound.flac"},
	{whole + "-c:a pcm_s16le", "sound.wav"},
	{whole + "-c:a pcm_s16be", "sound.aiff"},
	{whole + "-c:a pcm_s16be", "sound.caf"},
	{whole + "-c:a wavpack", "sound.wv"},
}

// master names the three variants.
const master = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-STREAM-INF:BANDWIDTH=480000,RESOLUTION=320x180
180/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=520000,RESOLUTION=640x360
360/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=560000,RESOLUTION=960x540
540/index.m3u8
`

// ErrNoFFmpeg says that the files cannot be made on this machine.
var ErrNoFFmpeg = errors.New("no ffmpeg on this machine")

// Make makes all Files in dir.
func Make(ctx context.Context, dir string) error {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return ErrNoFFmpeg
	}
	for _, s := range steps {
		out := filepath.Join(dir, filepath.FromSlash(s.out))
		if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
			return err
		}
		args := []string{"-v", "error", "-nostdin", "-y"}
		for _, a := range strings.Fields(s.args) {
			if rest, ok := strings.CutPrefix(a, "{"); ok {
				a = filepath.Join(dir, filepath.FromSlash(strings.TrimSuffix(rest, "}")))
			}
			args = append(args, a)
		}
		args = append(args, "-fflags", "+bitexact", "-threads", "1", out)
		if text, err := exec.CommandContext(ctx, "ffmpeg", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ffmpeg %s: %w: %.300s", s.out, err, text)
		}
	}
	return os.WriteFile(filepath.Join(dir, "abr", "master.m3u8"), []byte(master), 0o644)
}

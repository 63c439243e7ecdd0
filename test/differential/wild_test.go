package differential

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
)

// choice picks one of several ways to say something to ffmpeg.
func choice(r *rand.Rand, of ...string) []string { return strings.Fields(of[r.IntN(len(of))]) }

// rare gives args once in n times.
func rare(r *rand.Rand, n int, args string) []string {
	if r.IntN(n) > 0 {
		return nil
	}
	return strings.Fields(args)
}

// wild makes up an ffmpeg command that nobody tuned a reader for, without its output.
func wild(r *rand.Rand) (args []string, extension string) {
	add := func(more ...[]string) {
		for _, m := range more {
			args = append(args, m...)
		}
	}
	length := choice(r, "0.1", "0.5", "1", "1.7", "3", "6")[0]
	rate := choice(r, "25", "24", "30", "30000/1001", "24000/1001", "50", "60000/1001", "12.5", "10", "15", "120", "1", "29.5",
		"23", "100", "48", "7", "20000/1001", "14.985", "0.5")[0]
	size := choice(r, "64x48", "128x72", "96x96", "48x64", "66x50", "176x144")[0]
	sample := choice(r, "48000", "44100", "32000", "24000", "22050", "16000", "8000", "12000", "11025", "88200", "96000")[0]
	video, audio := r.IntN(8) > 0, r.IntN(3) > 0
	if !video && !audio {
		video = true
	}
	if video {
		add(rare(r, 5, "-itsoffset 0.35"), []string{"-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=%s:r=%s:d=%s", size, rate, length)})
	}
	if audio {
		add(rare(r, 5, "-itsoffset 0.21"), []string{"-f", "lavfi", "-i", fmt.Sprintf("sine=r=%s:d=%s", sample, length)})
	}
	extension = choice(r, "mp4", "mp4", "mov", "mkv", "mkv", "webm", "m4v", "3gp")[0]
	if video {
		add(wildVideo(r, extension))
	}
	if audio {
		add(wildAudio(r, extension))
	}
	add(wildMore(r, extension, video, audio))
	switch extension {
	case "mp4", "mov", "m4v":
		add(choice(r, "", "", "-movflags +faststart", "-movflags +frag_keyframe", "-movflags +frag_keyframe+empty_moov+default_base_moof",
			"-movflags +dash", "-movflags +cmaf", "-movflags +negative_cts_offsets", "-use_editlist 0", "-movflags +frag_every_frame+empty_moov",
			"-movflags +frag_keyframe+delay_moov", "-movflags +dash+global_sidx", "-brand isml", "-write_tmcd on -timecode 01:02:03:04",
			"-movflags +frag_keyframe+separate_moof", "-movflags +frag_keyframe+omit_tfhd_offset", "-movflags +frag_keyframe+skip_trailer+empty_moov", "-frag_duration 400000",
			"-movflags +faststart+prefer_icc", "-movflags +write_colr", "-movflags +isml+frag_keyframe", "-movflags +disable_chpl", "-movflags +skip_sidx+dash", "-movflags +frag_discont+frag_keyframe",
			"-movflags +use_metadata_tags -metadata com.example=1", "-video_track_timescale 90000", "-video_track_timescale 1000", "-video_track_timescale 600", "-movie_timescale 90000",
			"-moov_size 200000", "-movflags +rtphint", "-write_prft wallclock -movflags +dash", "-empty_hdlr_name 1"))
	case "mkv":
		add(choice(r, "", "", "-cues_to_front 1", "-live 1", "-cluster_time_limit 300", "-reserve_index_space 1000", "-default_mode passthrough", "-write_crc32 0"))
	case "webm":
		add(choice(r, "", "", "-live 1", "-dash 1", "-cluster_time_limit 300"))
	}
	add(rare(r, 6, "-metadata title=Wild -metadata comment=x"), rare(r, 6, "-metadata:s:0 language=fra"), rare(r, 10, "-output_ts_offset 1.5"),
		rare(r, 12, "-ss 0.2"), rare(r, 12, "-shortest"))
	return args, extension
}

func wildVideo(r *rand.Rand, extension string) []string {
	const x264 = "-c:v libx264 -preset veryfast -x264-params threads=1"
	codecs := []string{
		x264, x264 + " -bf 0", x264 + " -bf 2 -b_strategy 0", x264 + " -pix_fmt yuv420p10le", x264 + " -pix_fmt yuv444p", x264 + " -profile:v baseline -pix_fmt yuv420p",
		x264 + " -tune zerolatency", x264 + " -flags +ildct+ilme -top 1", x264 + " -pix_fmt yuv422p10le", x264 + " -qp 0 -pix_fmt yuv444p", x264 + " -bf 3 -x264-params threads=1:b-pyramid=strict:ref=4",
		x264 + " -g 1 -profile:v high", x264 + " -x264-params threads=1:vui-hrd:nal-hrd=vbr -maxrate 100k -bufsize 200k", "-c:v libx264rgb -preset veryfast -x264-params threads=1", x264 + " -refs 6 -bf 4", "-c:v libx264 -preset slow -x264-params threads=1:open-gop=1:keyint=10",
		"-c:v libx265 -preset ultrafast -x265-params log-level=0", "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=0:bframes=3",
		"-c:v mpeg4 -q:v 8", "-c:v mpeg4 -q:v 8 -bf 2", "-c:v mpeg4 -q:v 8 -flags +ildct+ilme", "-c:v mpeg1video -q:v 8", "-c:v mpeg2video -q:v 8 -bf 2", "-c:v mpeg2video -q:v 8 -pix_fmt yuv422p -maxrate 1M -bufsize 300k",
		"-c:v libx265 -preset ultrafast -tag:v hvc1 -pix_fmt yuv444p -x265-params log-level=0", "-c:v png", "-c:v libx265 -preset ultrafast -tag:v hvc1 -x265-params log-level=0:keyint=5", "-c:v mpeg2video -q:v 8", "-c:v mjpeg -q:v 8 -pix_fmt yuvj422p", "-c:v prores_ks -profile:v 1", "-c:v libaom-av1 -cpu-used 8 -crf 50 -threads 1",
		"-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k",
	}
	switch extension {
	case "webm":
		codecs = []string{"-c:v libvpx -b:v 60k -deadline realtime", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k -pix_fmt yuv444p", "-c:v libaom-av1 -cpu-used 8 -crf 50 -threads 1"}
	case "3gp":
		codecs = []string{x264 + " -profile:v baseline -pix_fmt yuv420p", "-c:v h263 -q:v 8 -s 176x144", "-c:v mpeg4 -q:v 8"}
	case "m4v":
		codecs = slices.DeleteFunc(codecs, func(c string) bool { return !strings.Contains(c, "264") && !strings.Contains(c, "mpeg4") })
	case "mp4":
		codecs = slices.DeleteFunc(codecs, func(c string) bool { return strings.Contains(c, "prores") })
	case "mov":
		codecs = append(codecs, "-c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le", "-c:v prores_ks -profile:v 3 -flags +ildct", "-c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p -s 256x144",
			"-c:v dnxhd -profile:v dnxhr_hqx -pix_fmt yuv422p10le -s 320x180", "-c:v dnxhd -b:v 36M -pix_fmt yuv422p -s 1920x1080 -r 25", "-c:v jpeg2000 -pix_fmt rgb24", "-c:v jpeg2000 -pix_fmt yuv420p", "-c:v qtrle", "-c:v rawvideo -pix_fmt uyvy422", "-c:v rawvideo -pix_fmt rgb24",
			"-c:v cinepak", "-c:v svq1", "-c:v v210", "-c:v mjpeg -q:v 5 -pix_fmt yuvj444p", "-c:v dvvideo -s 720x576 -r 25 -pix_fmt yuv420p", "-c:v gif -pix_fmt rgb8", "-c:v h263 -s 176x144", "-c:v v308", "-c:v v410", "-c:v r210", "-c:v avui -strict -2 -s 720x576", "-c:v tiff -pix_fmt rgb24", "-c:v huffyuv", "-c:v hap -s 64x64")
	}
	args := choice(r, codecs...)
	args = append(args, rare(r, 5, "-vf setsar="+choice(r, "16/11", "4/3", "12/11", "1/1", "40/33")[0])...)
	args = append(args, rare(r, 6, "-color_primaries bt709 -color_trc bt709 -colorspace bt709")...)
	args = append(args, rare(r, 6, "-g "+strconv.Itoa(1+r.IntN(20)))...)
	return append(args, rare(r, 7, "-vsync vfr -r "+choice(r, "17", "23", "25", "30")[0])...)
}

func wildAudio(r *rand.Rand, extension string) []string {
	codecs := []string{"-c:a aac -b:a 48k", "-c:a aac -b:a 64k -ac 2", "-c:a aac -b:a 128k -ac 6", "-c:a libmp3lame -b:a 48k", "-c:a ac3 -b:a 96k -ar 48000", "-c:a eac3 -b:a 96k -ar 48000 -ac 2",
		"-c:a libopus -b:a 32k -ar 48000", "-c:a alac", "-c:a flac -strict -2", "-c:a mp2 -b:a 64k -ar 48000", "-c:a libvorbis -q:a 0"}
	switch extension {
	case "webm":
		codecs = []string{"-c:a libopus -b:a 32k -ar 48000", "-c:a libvorbis -q:a 0", "-c:a libopus -b:a 64k -ar 48000 -ac 2"}
	case "3gp":
		codecs = []string{"-c:a aac -b:a 32k"}
	case "m4v":
		codecs = []string{codecs[0], codecs[1], codecs[4]}
	case "mov":
		codecs = append(codecs[:6:6], "-c:a alac", "-c:a pcm_s16le", "-c:a pcm_s24be -ac 2", "-c:a pcm_mulaw", "-c:a pcm_alaw -ac 2", "-c:a pcm_f32le", "-c:a pcm_f64be -ac 2", "-c:a pcm_s32le -ac 6", "-c:a pcm_u8", "-c:a pcm_s8 -ac 2", "-c:a pcm_s16be -ac 8",
			"-c:a adpcm_ima_qt -ac 1", "-c:a adpcm_ima_qt -ac 2", "-c:a adpcm_ms -ac 2", "-c:a adpcm_ima_wav", "-c:a mp2", "-c:a libmp3lame -ac 2", "-c:a pcm_s16le -ac 3", "-c:a aac -ac 4")
	case "mp4":
		codecs = append(codecs, "-c:a dca -strict -2 -b:a 256k -ar 48000", "-c:a truehd -strict -2 -ar 48000 -ac 2", "-c:a aac -b:a 96k -ac 3", "-c:a aac -ac 8", "-c:a aac -ac 5", "-c:a libopus -ar 48000 -ac 6 -b:a 128k", "-c:a flac -strict -2 -ac 6", "-c:a alac -ac 6",
			"-c:a ac3 -ac 6 -ar 44100", "-c:a eac3 -ac 6 -ar 48000", "-c:a aac -aac_coder fast -profile:a aac_ltp -strict -2", "-c:a aac -profile:a aac_main -strict -2", "-c:a flac -strict -2 -sample_fmt s32", "-c:a libmp3lame -ar 24000", "-c:a alac -sample_fmt s32p")
	case "mkv":
		codecs = append(codecs, "-c:a pcm_s16le", "-c:a pcm_f32le -ac 2", "-c:a dca -strict -2 -b:a 256k -ar 48000", "-c:a truehd -strict -2 -ar 48000 -ac 2", "-c:a wavpack", "-c:a tta")
	}
	return choice(r, codecs...)
}

// wildMore adds what a file can hold besides one picture and one sound track.
func wildMore(r *rand.Rand, extension string, video, audio bool) (args []string) {
	if extension == "webm" || extension == "3gp" || extension == "mkv" {
		return nil
	}
	if video {
		args = append(args, rare(r, 10, "-metadata:s:v rotate="+choice(r, "90", "180", "270")[0])...)
		args = append(args, rare(r, 12, "-force_key_frames 0.3,0.7")...)
		args = append(args, rare(r, 14, "-r "+choice(r, "13", "24.5", "33.333", "59.94")[0])...)
		args = append(args, rare(r, 20, "-frames:v 1")...)
	}
	if video && audio {
		args = append(args, rare(r, 8, "-map 0 -map 1 -map 1")...)
	}
	args = append(args, rare(r, 20, "-t 0.05")...)
	return append(args, rare(r, 12, "-disposition:s 0 -metadata:s:a:0 title=Sound -metadata:s:a:0 handler_name=x")...)
}

// TestWild makes up files that nobody has seen, and holds our answers to those of the ffprobe
// here. It runs with MEDIAGAUGE_WILD=N for N files, and needs ffmpeg; MEDIAGAUGE_WILD_SEED
// chooses others, and MEDIAGAUGE_WILD_DIR keeps those that differ.
func TestWild(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("MEDIAGAUGE_WILD"))
	if n == 0 {
		t.Skip("set MEDIAGAUGE_WILD to a number of files")
	}
	seed, _ := strconv.ParseUint(os.Getenv("MEDIAGAUGE_WILD_SEED"), 10, 64)
	dir := t.TempDir()
	p := probe.New(all.Formats...)
	reports := map[string]*Report{}
	for i := range n {
		args, extension := wild(rand.New(rand.NewPCG(seed, uint64(i))))
		name := fmt.Sprintf("wild-%d-%d.%s", seed, i, extension)
		path := filepath.Join(dir, name)
		args = append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), "-threads", "1", path)
		if exec.Command("ffmpeg", args...).Run() != nil {
			continue // ffmpeg does not combine everything
		}
		out, err := exec.Command("ffprobe", "-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters", path).Output()
		if err != nil {
			continue
		}
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path+".json", out, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		want, err := Recorded(path + ".json")
		if err != nil {
			t.Fatal(err)
		}
		container := want["format format_name"]
		if reports[container] == nil {
			reports[container] = &Report{Container: container, Refused: map[string]int{}}
		}
		before := len(reports[container].Diffs)
		reports[container].add(t.Context(), p, name, probe.NewBytes(b), want)
		for _, d := range reports[container].Diffs[before:] {
			t.Errorf("%s: %s: got %q, want %q\n\tffmpeg %s", d.Sample, d.Key, d.Got, d.Want, strings.Join(args, " "))
			if keep := os.Getenv("MEDIAGAUGE_WILD_DIR"); keep != "" {
				_ = os.WriteFile(filepath.Join(keep, name), b, 0o644)
			}
		}
		_ = os.Remove(path)
	}
	for _, r := range reports {
		t.Log(strings.Join(r.Line(), " | "))
	}
}

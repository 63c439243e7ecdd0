package differential

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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
	rate := choice(r, "25", "24", "30", "30000/1001", "24000/1001", "50", "60000/1001", "12.5", "10", "15", "120", "1", "29.5")[0]
	size := choice(r, "64x48", "128x72", "96x96", "48x64", "66x50", "176x144")[0]
	sample := choice(r, "48000", "44100", "32000", "24000", "22050", "16000", "8000")[0]
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
	switch extension {
	case "mp4", "mov", "m4v":
		add(choice(r, "", "", "-movflags +faststart", "-movflags +frag_keyframe", "-movflags +frag_keyframe+empty_moov+default_base_moof",
			"-movflags +dash", "-movflags +cmaf", "-movflags +negative_cts_offsets", "-use_editlist 0", "-movflags +frag_every_frame+empty_moov",
			"-movflags +frag_keyframe+delay_moov", "-movflags +dash+global_sidx", "-brand isml", "-write_tmcd on -timecode 01:02:03:04"))
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
		x264 + " -tune zerolatency", x264 + " -refs 6 -bf 4", "-c:v libx264 -preset slow -x264-params threads=1:open-gop=1:keyint=10",
		"-c:v libx265 -preset ultrafast -x265-params log-level=0", "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=0:bframes=3",
		"-c:v mpeg4 -q:v 8", "-c:v mpeg4 -q:v 8 -bf 2", "-c:v mpeg2video -q:v 8", "-c:v mjpeg -q:v 8 -pix_fmt yuvj422p", "-c:v prores_ks -profile:v 1", "-c:v libaom-av1 -cpu-used 8 -crf 50 -threads 1",
		"-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k",
	}
	switch extension {
	case "webm":
		codecs = []string{"-c:v libvpx -b:v 60k -deadline realtime", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 60k -pix_fmt yuv444p", "-c:v libaom-av1 -cpu-used 8 -crf 50 -threads 1"}
	case "3gp":
		codecs = []string{x264 + " -profile:v baseline -pix_fmt yuv420p", "-c:v h263 -q:v 8 -s 176x144", "-c:v mpeg4 -q:v 8"}
	case "m4v":
		codecs = append(codecs[:9:9], "-c:v mpeg4 -q:v 8")
	case "mp4":
		codecs = append(codecs[:13:13], codecs[16:]...)
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
		codecs = append(codecs[:6:6], "-c:a alac", "-c:a pcm_s16le", "-c:a pcm_s24be -ac 2", "-c:a pcm_mulaw", "-c:a pcm_f32le", "-c:a adpcm_ima_qt -ac 1")
	case "mkv":
		codecs = append(codecs, "-c:a pcm_s16le", "-c:a pcm_f32le -ac 2", "-c:a dca -strict -2 -b:a 256k -ar 48000", "-c:a truehd -strict -2 -ar 48000 -ac 2", "-c:a wavpack", "-c:a tta")
	}
	return choice(r, codecs...)
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
		reports[container].add(t.Context(), p, name, b, want)
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

package main

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// most is how many tracks we put into a file of which we need more than the codecs.
const most = 4000

// layouts asks for the channel layouts of sound tracks, each with so many channels and a box.
func (p *prober) layouts(ctx context.Context, channels []int, boxes [][]byte) ([]string, error) {
	var all []string
	for from := 0; from < len(boxes); from += most {
		var tracks []byte
		for i := from; i < min(from+most, len(boxes)); i++ {
			tracks = append(tracks, track("soun", 0, sound("mhm1", channels[i], 16, boxes[i]))...)
		}
		got, err := p.codecs(ctx, tracks)
		if err != nil {
			return nil, err
		}
		for _, s := range got {
			all = append(all, s.Layout)
		}
	}
	if len(all) != len(boxes) {
		return nil, fmt.Errorf("%d layouts for %d boxes", len(all), len(boxes))
	}
	return all, nil
}

// chanBox is a box with a Core Audio AudioChannelLayout: its tag, bitmap and channel labels.
func chanBox(tag, bitmap uint32, labels ...uint32) []byte {
	b := u32s(tag, bitmap, uint32(len(labels)))
	for _, label := range labels {
		b = append(b, u32s(label, 0, 0, 0, 0)...)
	}
	return full("chan", b)
}

// observeChannels asks for each layout tag with each number of channels.
func observeChannels(ctx context.Context, p *prober) (map[uint32]string, error) {
	var tags []uint32
	var counts []int
	var boxes [][]byte
	for layout := range uint32(256) {
		for n := range uint32(64) {
			if layout > 1 { // 0 and 1 say that labels or a bitmap count
				tags = append(tags, layout<<16|(n+1))
				counts = append(counts, int(n+1))
				boxes = append(boxes, chanBox(layout<<16|(n+1), 0))
			}
		}
	}
	got, err := p.layouts(ctx, counts, boxes)
	found := map[uint32]string{}
	for i, layout := range got {
		if !strings.HasSuffix(layout, " channels") {
			found[tags[i]] = layout
		}
	}
	return found, err
}

// writeChannels writes channel_tables.go.
func writeChannels(dir string, names map[uint32]string, masks map[string]uint64) error {
	t := newTable()
	t.line(`
// channelTags gives the channels of Core Audio's layout tags: number of the layout in the upper
// half, number of channels in the lower. Tags without an entry say nothing that ffprobe prints.
var channelTags = map[uint32]uint64{`)
	for _, tag := range slices.Sorted(maps.Keys(names)) {
		mask, ok := masks[names[tag]]
		if !ok {
			return fmt.Errorf("channel layout %q", names[tag])
		}
		t.line("%d<<16 | %d: %#x, // %s", tag>>16, tag&0xffff, mask, names[tag])
	}
	t.line("}")
	return t.write(dir, "channel_tables.go")
}

// layoutMasks lists what ffprobe calls layouts, with their channels as our mask has them.
func layoutMasks(ctx context.Context, layouts map[uint32]string) (map[string]uint64, error) {
	channels := map[string]uint64{"FC": uint64(media.LayoutMono)}
	for i := range 64 {
		name := media.ChannelMask(1 << i).String()
		if _, list, ok := strings.Cut(name, "("); ok {
			channels[strings.TrimSuffix(list, ")")] = 1 << i
		}
	}
	mask := func(list string) (mask uint64) {
		for name := range strings.SplitSeq(list, "+") {
			mask |= channels[name]
		}
		return mask
	}
	out, err := exec.CommandContext(ctx, "ffprobe", "-v", "quiet", "-layouts").Output()
	if err != nil {
		return nil, fmt.Errorf("ffprobe -layouts: %w", err)
	}
	masks := map[string]uint64{}
	_, standard, _ := strings.Cut(string(out), "DECOMPOSITION\n")
	for line := range strings.Lines(standard) {
		if f := strings.Fields(line); len(f) == 2 {
			masks[f[0]] = mask(f[1])
		}
	}
	for _, name := range layouts {
		if _, list, ok := strings.Cut(name, " channels ("); ok {
			masks[name] = mask(strings.TrimSuffix(list, ")"))
		}
	}
	return masks, nil
}

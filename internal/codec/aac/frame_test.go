package aac

import (
	"encoding/hex"
	"testing"
)

// TestCheckFrame: frames of encoders pass, frames of another shape do not.
func TestCheckFrame(t *testing.T) {
	t.Parallel()
	lc := func(channels int) *Config {
		return &Config{AudioObjectType: ObjectLC, SamplingFrequency: 48000, ChannelConfiguration: channels, FrameLength: 1024}
	}
	for _, c := range []struct {
		config *Config
		frame  string
		ok     bool
	}{
		{lc(1), "0000", true},                  // a silent channel: no bands
		{lc(2), "2000", false},                 // cut off within the pair
		{lc(1), "2100", false},                 // a pair
		{lc(2), "0100", false},                 // a single channel
		{lc(1), "60", false},                   // an LFE channel
		{lc(1), "c0", true},                    // fill before the channels
		{lc(1), "0000ffffffffffffff", false},   // the reserved bit
		{lc(1), "00000fff", false},             // 63 bands
		{lc(1), "0100080c000000000000", false}, // a section of no bands
		{&Config{AudioObjectType: ObjectERLD, ChannelConfiguration: 1}, "ff", true},
	} {
		frame, err := hex.DecodeString(c.frame)
		if err != nil {
			t.Fatal(err)
		}
		if len(frame) < 4 && c.ok {
			frame = append(frame, 0, 0, 0, 0)
		}
		if err := c.config.CheckFrame(frame); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.frame, err)
		}
	}
}

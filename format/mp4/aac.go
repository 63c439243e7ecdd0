package mp4

import (
	"github.com/mediagauge/mediagauge/internal/codec/aac"
)

// readAudioConfig takes codec, channels and rate from an AudioSpecificConfig, as ffmpeg does
// when it meets one.
func (t *track) readAudioConfig() error {
	config, err := aac.ParseConfig(t.entry.extradata)
	if err != nil {
		return refuse("no-parameters", "AAC configuration: %w", err)
	}
	t.aac = config
	t.codec = config.CodecName()
	return nil
}

// describeAAC describes MPEG-4 audio from its configuration.
func (m *movie) describeAAC(t *track) error {
	if t.aac == nil {
		return refuse("no-parameters", "AAC without a configuration")
	}
	if rule := t.aac.Refused(); rule != "" {
		return refuse(rule, "AAC of object type %d", t.aac.AudioObjectType)
	}
	if t.index0.count == 0 {
		t.aac.DescribeEmpty(&t.out)
		return nil
	}
	if rule := t.aac.Doubt(); rule != "" {
		return refuse(rule, "AAC of object type %d", t.aac.AudioObjectType)
	}
	p, err := m.head(t, aac.HeadSize)
	if err != nil {
		return err
	}
	if err := t.aac.CheckFrame(p); err != nil {
		return refuse("aac-first-frame", "AAC: %w", err)
	}
	t.aac.Describe(&t.out)
	return nil
}

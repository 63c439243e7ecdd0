package matroska

import (
	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/dts"
)

// Rule is a reason why a file is left to another engine, although its bytes are understood.
type Rule struct {
	Name string // as probe.RuleOf gives it
	Why  string
}

// The rules, by the name they are refused with.
const (
	ruleSize            = "mkv-size-unknown"
	ruleNoCluster       = "mkv-no-cluster"
	ruleUnknownSize     = "mkv-unknown-size"
	ruleDuplicate       = "mkv-duplicate"
	ruleEncoding        = "mkv-content-encoding"
	ruleCodec           = "mkv-codec"
	ruleCodecPrivate    = "mkv-codec-private"
	ruleFourCC          = "mkv-fourcc"
	rulePicture         = "mkv-attached-picture"
	ruleFirstFrame      = "mkv-first-frame"
	ruleReorder         = "mkv-reorder"
	ruleFrameRate       = "mkv-frame-rate"
	ruleLongScan        = "mkv-long-scan"
	ruleEncrypted       = "mkv-encrypted"
	ruleTimestamps      = "mkv-timestamps"
	ruleDamagedClusters = "mkv-damaged-cluster"
	ruleFieldPictures   = "h264-field-pictures"
	ruleTimestampScale  = "mkv-timestamp-scale"
)

// Rules lists the gate rules of this format.
func Rules() []Rule {
	return []Rule{
		{ruleSize, "the length of the source is not known, and with it the bit rate"},
		{ruleNoCluster, "there is no cluster of frames"},
		{ruleUnknownSize, "an element other than Segment and Cluster has no stated size"},
		{ruleDuplicate, "a header that must be unique is there twice"},
		{ruleEncoding, "frames or codec data are compressed in a way that is not read, or in several"},
		{ruleCodec, "the codec is known, its values cannot be told from headers"},
		{ruleCodecPrivate, "the codec's configuration is absent or damaged"},
		{ruleFourCC, "a Video for Windows, ACM or QuickTime code that is not in the table"},
		{rulePicture, "an attached picture whose header is not read"},
		{ruleFirstFrame, "the first frame of a track is not the one that tells its values"},
		{ruleReorder, "the order of pictures is not signalled and needs decoding"},
		{ruleFrameRate, "no default duration, and the frame rate depends on decoded timing"},
		{ruleLongScan, "the values depend on more frames than are read"},
		{ruleEncrypted, "frames are encrypted and a value depends on them"},
		{ruleTimestamps, "timestamps of the first frames are missing or out of range"},
		{aac.RuleImplicitSBR, "only the first frame tells whether AAC of a low sample rate doubles it"},
		{aac.RuleExplicitSBR, "only the first frame tells whether announced band replication is used"},
		{dts.RuleExtension, "DTS with extensions (DTS-HD, DTS-ES), which have to be decoded"},
		{aac.RuleFirstElements, "the first AAC frame does not fit the configuration's channels"},
		{aac.RuleUnsupported, "an AAC object type that ffprobe refuses"},
		{aac.RuleLayout, "AAC channels that ffprobe arranges in ways of its own"},
		{ruleFieldPictures, "H.264 that codes single fields, whose order later frames tell"},
		{ruleDamagedClusters, "the first clusters are damaged"},
		{ruleTimestampScale, "the timestamp scale is out of range"},
	}
}

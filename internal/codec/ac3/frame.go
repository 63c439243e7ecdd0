package ac3

import (
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// FrameType is strmtyp of an E-AC-3 frame (ETSI TS 102 366, E.1.3.1.1).
type FrameType uint8

// The types. An AC-3 frame counts as independent.
const (
	Independent FrameType = iota
	Dependent             // more channels for the independent substream before it
	Converted             // independent, made from AC-3
	reservedType
)

// Frame is the header of a sync frame: syncinfo and the first fields of bsi.
type Frame struct {
	Enhanced    bool // E-AC-3
	Type        FrameType
	SubstreamID int
	BSID        int
	BSMod       int // bit stream mode; AC-3 only
	ACMod       int // audio coding mode
	LFEOn       bool
	SampleRate  int // Hz
	BitRate     int // bit/s
	FrameSize   int // bytes
	Blocks      int // audio blocks of 256 samples
	ChannelMap  int // chanmap of a dependent frame; 0 when not stated
}

// HeaderSize is how many bytes ParseFrame needs.
const HeaderSize = 16

var (
	errSync     = errors.New("no sync word")
	errReserved = errors.New("reserved value in a frame header")
	errBSID     = errors.New("unknown bit stream identification")
)

var (
	sampleRates = [3]int{48000, 44100, 32000}
	// bitRates are in kbit/s by frmsizecod / 2 (table 4.13).
	bitRates = [19]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}
	blocks   = [4]int{1, 2, 3, 6}
)

// Samples returns the frame's length in samples of each channel.
func (f *Frame) Samples() int { return 256 * f.Blocks }

// CodecName returns ffprobe's codec.
func (f *Frame) CodecName() string {
	if f.Enhanced {
		return "eac3"
	}
	return "ac3"
}

// ParseFrame reads the header at the start of data.
func ParseFrame(data []byte) (*Frame, error) {
	r := bits.NewBitReader(data)
	if r.U(16) != 0x0b77 {
		if r.Err() != nil {
			return nil, r.Err()
		}
		return nil, errSync
	}
	look := *r
	look.Skip(24)
	f := &Frame{BSID: look.Int(5)}
	var err error
	switch {
	case look.Err() != nil:
		return nil, look.Err()
	case f.BSID > 16:
		return nil, fmt.Errorf("%w %d", errBSID, f.BSID)
	case f.BSID <= 10:
		err = f.readAC3(r)
	default:
		f.Enhanced = true
		err = f.readEAC3(r)
	}
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// readAC3 is syncinfo and bsi as far as lfeon (4.3.1, 4.3.2).
func (f *Frame) readAC3(r *bits.BitReader) error {
	r.Skip(16) // crc1
	fscod, frmsizecod := r.Int(2), r.Int(6)
	r.Skip(5) // bsid
	f.BSMod, f.ACMod = r.Int(3), r.Int(3)
	if f.ACMod&1 != 0 && f.ACMod != 1 {
		r.Skip(2) // cmixlev
	}
	if f.ACMod&4 != 0 {
		r.Skip(2) // surmixlev
	}
	if f.ACMod == 2 {
		r.Skip(2) // dsurmod
	}
	f.LFEOn = r.Flag()
	if fscod == 3 || frmsizecod >= 2*len(bitRates) {
		return errReserved
	}
	// Identifications 9 and 10 are an older way to halve and quarter the rate.
	shift := max(f.BSID, 8) - 8
	f.SampleRate = sampleRates[fscod] >> shift
	f.BitRate = 1000 * bitRates[frmsizecod>>1] >> shift
	f.Blocks = 6
	// 6 × 256 samples at the bit rate, in words of two bytes; 44.1 kHz rounds down and pads by frmsizecod.
	words := bitRates[frmsizecod>>1] * 96000 / sampleRates[fscod]
	if fscod == 1 {
		words += frmsizecod & 1
	}
	f.FrameSize = 2 * words
	return nil
}

// readEAC3 is bsi as far as chanmap (E.1.2.2).
func (f *Frame) readEAC3(r *bits.BitReader) error {
	f.Type = FrameType(r.U(2))
	f.SubstreamID = r.Int(3)
	f.FrameSize = 2 * (r.Int(11) + 1)
	fscod, code := r.Int(2), r.Int(2)
	f.Blocks = 6
	if fscod < 3 {
		f.Blocks = blocks[code]
		f.SampleRate = sampleRates[fscod]
	} else if code < 3 { // fscod2: half the rate
		f.SampleRate = sampleRates[code] / 2
	}
	f.ACMod, f.LFEOn = r.Int(3), r.Flag()
	r.Skip(5 + 5) // bsid, dialnorm
	if r.Flag() {
		r.Skip(8) // compr
	}
	if f.ACMod == 0 {
		r.Skip(5) // dialnorm2
		if r.Flag() {
			r.Skip(8) // compr2
		}
	}
	if f.Type == Dependent && r.Flag() {
		f.ChannelMap = r.Int(16)
	}
	if f.Type == reservedType || f.SampleRate == 0 || f.FrameSize < minFrameSize {
		return errReserved
	}
	f.BitRate = int(8 * int64(f.FrameSize) * int64(f.SampleRate) / int64(f.Samples()))
	return nil
}

// minFrameSize is the shortest frame that ffprobe takes for one.
const minFrameSize = 7

// Layout returns the channels of the frame alone.
func (f *Frame) Layout() media.ChannelMask { return layout(f.ACMod, f.LFEOn) }

// layout gives the channels of an audio coding mode (4.4.2.3, table 4.3), in ffprobe's choice of
// side loudspeakers for the surround ones.
func layout(acmod int, lfeon bool) media.ChannelMask {
	mask := [8]media.ChannelMask{
		media.LayoutStereo, media.LayoutMono, media.LayoutStereo, media.LayoutSurround,
		media.Layout3Point0Back, media.Layout4Point0, media.LayoutQuadSide, media.Layout5Point0,
	}[acmod&7]
	if lfeon {
		mask |= media.LowFrequency
	}
	return mask
}

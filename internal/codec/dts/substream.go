package dts

import (
	"errors"
	mathbits "math/bits"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Extensions is the set of components of an asset (nuCoreExtensionMask, table 7-14).
type Extensions uint16

// The components.
const (
	ExtensionCore Extensions = 0x010 // a core frame inside the substream
	ExtensionXBR  Extensions = 0x020 // higher bit rate
	ExtensionXXCH Extensions = 0x040 // more channels
	ExtensionX96  Extensions = 0x080 // up to 96 kHz
	ExtensionLBR  Extensions = 0x100 // DTS Express
	ExtensionXLL  Extensions = 0x200 // DTS-HD Master Audio
)

// Substream is an extension substream (7.4) with what its first asset holds.
type Substream struct {
	Size         int // bytes, with the header
	HeaderSize   int
	StaticFields bool
	Assets       int
	SampleRate   int // of the first asset, as stated; 0 without static fields
	Channels     int // of the first asset, as stated
	BitDepth     int // of the first asset, as stated
	SpeakerMask  int // of the first asset, as stated
	Extensions   Extensions
	ExpressAt    int // where DTS Express starts, in bytes; 0 when there is none
}

var (
	errSubstream = errors.New("sizes in an extension substream that do not fit")
	errRemap     = errors.New("speaker remapping without a speaker mask")
)

// maxSampleRates is nuMaxSampleRate (table 7-10).
var maxSampleRates = [16]int{
	8000, 16000, 32000, 64000, 128000, 22050, 44100, 88200, 176400, 352800, 12000, 24000, 48000, 96000, 192000, 384000,
}

// substreamReader keeps what the header says about the assets that follow.
type substreamReader struct {
	*bits.BitReader
	s           *Substream
	sizeBits    int
	mixMetadata bool
	mixChannels []int
}

// ParseSubstream reads the header at the start of data and the descriptor of the first asset.
func ParseSubstream(data []byte) (*Substream, error) {
	r := substreamReader{BitReader: bits.NewBitReader(data), s: &Substream{Assets: 1}}
	if r.U(32) != syncSubstream {
		if r.Err() != nil {
			return nil, r.Err()
		}
		return nil, errSync
	}
	r.Skip(8) // UserDefinedBits
	index := r.Int(2)
	headerBits := 8
	r.sizeBits = 16
	if r.Flag() { // bHeaderSizeType
		headerBits, r.sizeBits = 12, 20
	}
	r.s.HeaderSize, r.s.Size = r.Int(headerBits)+1, r.Int(r.sizeBits)+1
	r.s.StaticFields = r.Flag()
	if r.s.StaticFields {
		r.readStaticFields(index)
	}
	first := 0
	for i := range r.s.Assets {
		if size := r.Int(r.sizeBits) + 1; i == 0 {
			first = size
		}
	}
	err := r.readAsset(first)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return nil, err
	}
	if r.s.HeaderSize > r.s.Size || first > r.s.Size-r.s.HeaderSize {
		return nil, errSubstream
	}
	return r.s, nil
}

// readStaticFields is the part of ExtSSHeader that bStaticFieldsPresent announces (7.4.1).
func (r *substreamReader) readStaticFields(index int) {
	r.Skip(2 + 3) // nuRefClockCode, nuExSSFrameDurationCode
	if r.Flag() {
		r.Skip(36) // nuTimeStamp, nLSB
	}
	presentations := r.Int(3) + 1
	r.s.Assets = r.Int(3) + 1
	active := make([]uint32, presentations)
	for i := range active {
		active[i] = r.U(index + 1)
	}
	for _, mask := range active {
		r.Skip(8 * mathbits.OnesCount32(mask)) // nuActiveAssetMask
	}
	if r.mixMetadata = r.Flag(); !r.mixMetadata {
		return
	}
	r.Skip(2) // nuMixMetadataAdjLevel
	maskBits := (r.Int(2) + 1) << 2
	r.mixChannels = make([]int, r.Int(2)+1)
	for i := range r.mixChannels {
		r.mixChannels[i] = speakers(r.U(maskBits))
	}
}

// speakers counts the channels of a speaker mask: most bits stand for a pair (table 7-9).
func speakers(mask uint32) int {
	const pairs = 0xae66
	return mathbits.OnesCount32(mask) + mathbits.OnesCount32(mask&pairs)
}

// readAsset is AssetDescriptor (7.5) as far as the coding components of the asset, which has size bytes.
func (r *substreamReader) readAsset(size int) error {
	r.Skip(9 + 3) // nuAssetDescriptFsize, nuAssetIndex
	var embeddedStereo, embedded6 bool
	if r.s.StaticFields {
		if r.Flag() {
			r.Skip(4) // nuAssetTypeDescriptor
		}
		if r.Flag() {
			r.Skip(24) // LanguageDescriptor
		}
		if r.Flag() {
			r.Skip(8 * (r.Int(10) + 1)) // InfoTextString
		}
		r.s.BitDepth, r.s.SampleRate, r.s.Channels = r.Int(5)+1, maxSampleRates[r.Int(4)], r.Int(8)+1
		if r.Flag() { // bOne2OneMapChannels2Speakers
			embeddedStereo = r.s.Channels > 2 && r.Flag()
			embedded6 = r.s.Channels > 6 && r.Flag()
			if err := r.readSpeakers(); err != nil {
				return err
			}
		} else {
			r.Skip(3) // nuRepresentationType
		}
	}
	drc := r.Flag()
	if drc {
		r.Skip(8)
	}
	if r.Flag() {
		r.Skip(5) // nuDialNormCode
	}
	if drc && embeddedStereo {
		r.Skip(8)
	}
	if r.mixMetadata && r.Flag() {
		channels := r.s.Channels
		if embedded6 {
			channels += 6
		}
		if embeddedStereo {
			channels += 2
		}
		r.readMix(channels)
	}
	return r.readCoding(size)
}

// readSpeakers steps over the speaker masks and their remapping.
func (r *substreamReader) readSpeakers() error {
	maskBits := 0
	if r.Flag() { // bSpkrMaskEnabled
		maskBits = (r.Int(2) + 1) << 2
		r.s.SpeakerMask = r.Int(maskBits)
	}
	sets := make([]int, r.Int(3))
	if len(sets) > 0 && maskBits == 0 {
		return errRemap
	}
	for i := range sets {
		sets[i] = speakers(r.U(maskBits))
	}
	for _, n := range sets {
		channels := r.Int(5) + 1
		for range n {
			r.Skip(5 * mathbits.OnesCount32(r.U(channels)))
		}
	}
	return nil
}

// readMix steps over the mixing metadata of an asset with so many channels, its mixes included.
func (r *substreamReader) readMix(channels int) {
	r.Skip(1 + 6) // bExternalMixFlag, nuPostMixGainAdjCode
	if r.Int(2) == 3 {
		r.Skip(8)
	} else {
		r.Skip(3)
	}
	separate := r.Flag() // bEnblPerChMainAudioScale
	for _, n := range r.mixChannels {
		if separate {
			r.Skip(6 * n)
		} else {
			r.Skip(6)
		}
	}
	for _, n := range r.mixChannels {
		for range channels {
			r.Skip(6 * mathbits.OnesCount32(r.U(n)))
		}
	}
}

// readCoding is the part of the descriptor from nuCodingMode on; size is the asset's.
func (r *substreamReader) readCoding(size int) error {
	at := r.s.HeaderSize
	switch mode := r.Int(2); mode {
	case 0:
		r.s.Extensions = Extensions(r.U(12))
		for _, c := range []struct {
			extension Extensions
			bits      int
		}{{ExtensionCore, 14}, {ExtensionXBR, 14}, {ExtensionXXCH, 14}, {ExtensionX96, 12}, {ExtensionLBR, 14}} {
			if r.s.Extensions&c.extension == 0 {
				continue
			}
			n := r.Int(c.bits) + 1
			if c.extension == ExtensionLBR {
				r.s.ExpressAt = at
			}
			at += n
			if (c.extension == ExtensionCore || c.extension == ExtensionLBR) && r.Flag() {
				r.Skip(2) // sync distance
			}
		}
		if at-r.s.HeaderSize > size {
			return errSubstream
		}
	case 1:
		r.s.Extensions = ExtensionXLL
	case 2:
		r.s.Extensions, r.s.ExpressAt = ExtensionLBR, at
	}
	return nil
}

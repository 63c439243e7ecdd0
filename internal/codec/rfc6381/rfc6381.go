// Package rfc6381 spells the codecs parameter of media types (RFC 6381, section 3) from the
// configuration records of MP4 and Matroska. entry is the sample entry's four characters, after
// decryption; Matroska tracks take the entry that MP4 would have. A record that is too short or of
// a kind that is not understood gives "".
package rfc6381

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"

	rbsp "github.com/mediagauge/mediagauge/internal/bits"
)

// AVC spells "avc1.64001F" from an AVCDecoderConfigurationRecord: profile, constraint flags and
// level (ISO/IEC 14496-15, annex E.2).
func AVC(entry string, record []byte) string {
	if len(record) < 4 || record[0] != 1 {
		return ""
	}
	return fmt.Sprintf("%s.%02X%02X%02X", entry, record[1], record[2], record[3])
}

// HEVC spells "hvc1.2.4.L93.B0" from an HEVCDecoderConfigurationRecord: profile space and profile,
// compatibility flags in reverse bit order, tier and level, and the bytes of the constraint
// flags up to the last that is not zero (ISO/IEC 14496-15, annex E.3).
func HEVC(entry string, record []byte) string {
	if len(record) < 13 || record[1]&0x1f == 0 {
		return ""
	}
	space := [...]string{"", "A", "B", "C"}[record[1]>>6]
	tier := "L"
	if record[1]&0x20 != 0 {
		tier = "H"
	}
	compatibility := bits.Reverse32(binary.BigEndian.Uint32(record[2:]))
	s := fmt.Sprintf("%s.%s%d.%X.%s%d", entry, space, record[1]&0x1f, compatibility, tier, record[12])
	constraints := strings.TrimRight(string(record[6:12]), "\x00")
	for _, b := range []byte(constraints) {
		s += fmt.Sprintf(".%X", b)
	}
	return s
}

// AV1 spells "av01.0.08M.10" from an AV1CodecConfigurationRecord: profile, level, tier and bit
// depth (AV1 Codec ISO Media File Format Binding, 5), without the optional fields.
func AV1(record []byte) string {
	if len(record) < 3 || record[0] != 0x81 {
		return ""
	}
	tier, depth := "M", 8
	if record[2]&0x80 != 0 {
		tier = "H"
	}
	switch record[2] & 0x60 {
	case 0x40:
		depth = 10
	case 0x60:
		depth = 12
	}
	return fmt.Sprintf("av01.%d.%02d%s.%02d", record[1]>>5, record[1]&0x1f, tier, depth)
}

// VP spells "vp09.02.51.10" from a VPCodecConfigurationRecord, which follows version and flags in
// the vpcC box: profile, level and bit depth (VP Codec ISO Media File Format Binding), without
// the optional fields. Writers that know no level store 0, which is none.
func VP(entry string, record []byte) string {
	if len(record) < 3 || record[1] == 0 {
		return ""
	}
	return fmt.Sprintf("%s.%02d.%02d.%02d", entry, record[0], record[1], record[2]>>4)
}

// VVC spells "vvc1.1.L51.CQA" from a VVCDecoderConfigurationRecord: profile, tier and level, the
// constraint flags in base 32 up to the last byte that is not zero, and the sub-profiles
// (ISO/IEC 14496-15, annex E.6). Records of an output layer set other than the first give "".
func VVC(entry string, record []byte) string {
	r := rbsp.NewBitReader(record)
	r.Skip(5 + 2) // reserved, LengthSizeMinusOne
	if !r.Flag() || r.U(9) != 0 {
		return "" // no ptl_present_flag, or another ols_idx
	}
	sublayers := int(r.U(3))
	r.Skip(2 + 2 + 3 + 5 + 2) // constant_frame_rate, chroma_format_idc, bit_depth_minus8, reserved
	constraints := make([]byte, r.U(6))
	profile := r.U(7)
	tier := "L"
	if r.Flag() {
		tier = "H"
	}
	level := r.U(8)
	for i := range constraints { // the first two bits are the frame-only and multilayer flags
		constraints[i] = byte(r.U(8))
	}
	levels := 0
	for range sublayers - 1 {
		levels += int(r.U(1))
	}
	r.Align()
	r.Skip(8 * levels) // sublayer_level_idc
	var s strings.Builder
	fmt.Fprintf(&s, "%s.%d.%s%d", entry, profile, tier, level)
	if c := strings.TrimRight(string(constraints), "\x00"); c != "" {
		s.WriteString(".C" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(c)))
	}
	separator := ".S"
	for range r.U(8) {
		fmt.Fprintf(&s, "%s%X", separator, r.U(32))
		separator = "+"
	}
	if r.Err() != nil || profile == 0 || len(constraints) == 0 {
		return ""
	}
	return s.String()
}

// AC4 spells "ac-4.02.01.03" from a dac4 box: versions of the bitstream and of the first
// presentation, and what decoder that asks for (ETSI TS 103 190-2, annexes E.5 and E.13).
func AC4(record []byte) string {
	r := rbsp.NewBitReader(record)
	if r.U(3) != 1 { // ac4_dsi_version
		return ""
	}
	bitstream := r.U(7)
	r.Skip(1 + 4) // fs_index, frame_rate_index
	presentations := r.U(9)
	if bitstream > 1 && r.Flag() { // b_program_id
		r.Skip(16)
		if r.Flag() { // b_uuid
			r.Skip(128)
		}
	}
	r.Skip(2 + 32 + 32) // bit_rate_mode, bit_rate, bit_rate_precision
	r.Align()
	version := r.U(8)
	if size := r.U(8); size == 255 {
		r.Skip(16) // add_pres_bytes
	}
	config := r.U(5)
	compatibility := r.U(3)
	if r.Err() != nil || presentations == 0 || version > 2 || config == 6 {
		return "" // configuration 6 has no mdcompat: it carries nothing that is decoded
	}
	return fmt.Sprintf("ac-4.%02X.%02X.%02X", bitstream, version, compatibility)
}

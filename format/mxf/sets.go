package mxf

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/probe"
)

// Kinds of sets: the last but one byte of their keys (ST 377-1, annexes A to F).
const (
	kindSequence       = 0x0f
	kindSourceClip     = 0x11
	kindTimecode       = 0x14
	kindContentStorage = 0x18
	kindIdentification = 0x30
	kindPreface        = 0x2f
	kindMaterial       = 0x36
	kindSource         = 0x37
	kindTrack          = 0x3b
	kindMultiple       = 0x44
)

// Static tags of items.
const (
	itemUID            = 0x3c0a
	itemContentStorage = 0x3b03
	itemPackages       = 0x1901
	itemTracks         = 0x4403
	itemPackageUID     = 0x4401
	itemPackageName    = 0x4402
	itemComments       = 0x4406
	itemDescriptor     = 0x4701
	itemDescriptors    = 0x3f01
	itemTrackID        = 0x4801
	itemTrackName      = 0x4802
	itemSequence       = 0x4803
	itemTrackNumber    = 0x4804
	itemEditRate       = 0x4b01
	itemOrigin         = 0x4b02
	itemData           = 0x0201
	itemDuration       = 0x0202
	itemComponents     = 0x1001
	itemStart          = 0x1201
	itemSourcePackage  = 0x1101
	itemSourceTrack    = 0x1102
	itemFirstTimecode  = 0x1501
	itemTimecodeBase   = 0x1502
	itemDropFrame      = 0x1503
	itemLinkedTrack    = 0x3006
	itemContainer      = 0x3004
	itemPictureCoding  = 0x3201
	itemHeight         = 0x3202
	itemWidth          = 0x3203
	itemShownHeight    = 0x3208
	itemFrameLayout    = 0x320c
	itemAspect         = 0x320e
	itemDominance      = 0x3212
	itemDepth          = 0x3301
	itemBlack          = 0x3304
	itemWhite          = 0x3305
	itemSampleBits     = 0x3d01
	itemSoundRate      = 0x3d03
	itemSoundCoding    = 0x3d06
	itemChannels       = 0x3d07
)

// set is a local set: items by their tags.
type set struct {
	kind  byte
	off   int64
	items map[uint16][]byte
}

// metadata reads the sets of the header, which begin at at.
func (f *file) metadata(b []byte, at int64) error {
	for at < int64(len(b)) {
		u, ok := unit(b, at)
		if !ok || u.end() > int64(len(b)) {
			return malformed(at, "no unit of metadata")
		}
		if err := f.r.Element(at); err != nil {
			return err
		}
		body := b[u.body:u.end()]
		switch {
		case string(u.key[:7]) == keyPrimer[:7] && string(u.key[8:15]) == keyPrimer[8:]:
			f.primer(body)
		case u.key[4] == 2 && u.key[5] == 0x53:
			if err := f.set(u, body); err != nil {
				return err
			}
		}
		at = u.end()
	}
	return nil
}

// primer reads the primer pack: which item a tag stands for (9.2).
func (f *file) primer(b []byte) {
	if len(b) < 8 {
		return
	}
	for b = b[8:]; len(b) >= 18; b = b[18:] {
		f.tags[binary.BigEndian.Uint16(b)] = string(b[2:18])
	}
}

// set reads a local set (9.6).
func (f *file) set(u klv, b []byte) error {
	s := &set{kind: u.key[14], off: u.off, items: map[uint16][]byte{}}
	for len(b) >= 4 {
		tag, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if 4+size > len(b) {
			return malformed(u.off, "item %#04x of %d bytes runs over the end of its set", tag, size)
		}
		s.items[tag] = b[4 : 4+size]
		b = b[4+size:]
	}
	f.order = append(f.order, s)
	if id := s.items[itemPackageUID]; s.kind == kindSource && len(id) == 32 {
		f.packages[string(id)] = s
	}
	if uid := s.items[itemUID]; len(uid) == 16 {
		f.sets[string(uid)] = s
	}
	return nil
}

func malformed(off int64, format string, args ...any) error {
	e := probe.Errorf(probe.Malformed, format, args...)
	e.Offset, e.Path = off, "set"
	return e
}

// refer follows a reference to a set of one of the kinds, nil when there is none.
func (f *file) refer(uid []byte, kinds ...byte) *set {
	s := f.sets[string(uid)]
	if s == nil {
		return nil
	}
	for _, k := range kinds {
		if s.kind == k {
			return s
		}
	}
	if len(kinds) == 0 {
		return s
	}
	return nil
}

// all gives the elements of an array or batch item: their count, their size, and they.
func all(b []byte) (elements [][]byte) {
	if len(b) < 8 {
		return nil
	}
	size := int64(binary.BigEndian.Uint32(b[4:]))
	if b = b[8:]; size == 0 {
		return nil
	}
	for int64(len(b)) >= size {
		elements = append(elements, b[:size])
		b = b[size:]
	}
	return elements
}

// number reads an unsigned item of up to eight bytes, -1 when there is none.
func (s *set) number(tag uint16) int64 {
	b := s.items[tag]
	if len(b) == 0 || len(b) > 8 {
		return -1
	}
	n := uint64(0)
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return int64(n)
}

// ratio reads a rational item.
func (s *set) ratio(tag uint16) (num, den int64) {
	b := s.items[tag]
	if len(b) != 8 {
		return 0, 0
	}
	return int64(int32(binary.BigEndian.Uint32(b))), int64(int32(binary.BigEndian.Uint32(b[4:])))
}

// text reads a UTF-16 item.
func (s *set) text(tag uint16) string {
	b := s.items[tag]
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		c := binary.BigEndian.Uint16(b)
		if c == 0 {
			break
		}
		units = append(units, c)
	}
	return string(utf16.Decode(units))
}

// spell prints the bytes of b in hexadecimal, with a separator before each of the places.
func spell(b []byte, separator string, places ...int) string {
	var s strings.Builder
	for i, c := range b {
		for _, p := range places {
			if i == p {
				s.WriteString(separator)
			}
		}
		fmt.Fprintf(&s, "%02x", c)
	}
	return s.String()
}

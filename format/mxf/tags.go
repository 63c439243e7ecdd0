package mxf

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/timecode"
	"github.com/mediagauge/mediagauge/media"
)

// texts are the names that ffprobe prints items of an identification under.
var texts = map[uint16]string{
	0x3c01: "company_name", 0x3c02: "product_name", 0x3c04: "product_version", 0x3c08: "application_platform",
}

// identify gathers what the file says of itself.
func (f *file) identify(m *material) media.Metadata {
	tags := media.Metadata{"operational_pattern_ul": spell(f.part.pattern, ".", 4, 8, 12)}
	set := func(key, value string) {
		if value != "" {
			tags[key] = value
		}
	}
	for _, s := range f.order {
		if s.kind != kindIdentification {
			continue
		}
		for tag, key := range texts {
			set(key, s.text(tag))
		}
		set("uid", uid(s.items[itemUID]))
		set("generation_uid", uid(s.items[0x3c09]))
		set("product_uid", uid(s.items[0x3c05]))
		set("product_version_num", version(s.items[0x3c03]))
		set("toolkit_version_num", version(s.items[0x3c07]))
		set("modification_date", stamp(s.items[0x3c06]))
	}
	set("material_package_umid", umid(m.pack.items[itemPackageUID]))
	set("material_package_name", m.pack.text(itemPackageName))
	set("timecode", m.timecode)
	return tags
}

// uid spells an identifier as a UUID.
func uid(b []byte) string {
	if len(b) != 16 {
		return ""
	}
	return spell(b, "-", 4, 6, 8, 10)
}

// umid spells a package identifier.
func umid(b []byte) string {
	if len(b) != 32 {
		return ""
	}
	return "0x" + strings.ToUpper(spell(b, ""))
}

// version spells five numbers.
func version(b []byte) string {
	if len(b) != 10 {
		return ""
	}
	n := func(i int) uint16 { return binary.BigEndian.Uint16(b[2*i:]) }
	return fmt.Sprintf("%d.%d.%d.%d.%d", n(0), n(1), n(2), n(3), n(4))
}

// stamp spells a time stamp, whose last byte counts four milliseconds; "" for none.
func stamp(b []byte) string {
	if len(b) != 8 || binary.BigEndian.Uint64(b) == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03d000Z", binary.BigEndian.Uint16(b), b[2], b[3], b[4], b[5], b[6], int(b[7])*4)
}

// clock spells the first time code of a component.
func clock(s *set) string {
	base, first := s.number(itemTimecodeBase), s.number(itemFirstTimecode)
	if first < 0 || first > 1<<40 {
		return ""
	}
	flags := int64(0)
	if s.number(itemDropFrame) == 1 {
		flags = timecode.Drop
	}
	text, _ := timecode.Text(first, base, flags)
	return text
}

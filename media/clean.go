package media

import "strings"

// Clean replaces what is not UTF-8 in the texts of i. Files hold any bytes; what is told of
// them is text.
func (i *Info) Clean() {
	i.Metadata.clean()
	for n := range i.Tracks {
		t := &i.Tracks[n]
		t.Language = strings.ToValidUTF8(t.Language, "\uFFFD")
		t.Metadata.clean()
	}
	for n := range i.Chapters {
		i.Chapters[n].Metadata.clean()
	}
	for n := range i.Programs {
		i.Programs[n].Metadata.clean()
	}
}

func (m Metadata) clean() {
	for k, v := range m {
		key, value := strings.ToValidUTF8(k, "\uFFFD"), strings.ToValidUTF8(v, "\uFFFD")
		if key != k {
			delete(m, k)
		}
		if key != k || value != v {
			m[key] = value
		}
	}
}

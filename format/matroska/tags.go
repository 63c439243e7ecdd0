package matroska

import (
	"strings"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

const (
	maxKey        = 1023 // how much of a tag's name ffprobe keeps
	maxSimpleTags = 4000
)

// tag is one Tag with its targets, RFC 9559 section 5.1.8.1.
type tag struct {
	targetType                      string
	trackUID, chapterUID, attachUID uint64
	simple                          []simpleTag
}

// simpleTag is one SimpleTag; it nests.
type simpleTag struct {
	name, value *string
	language    string
	isDefault   bool
	sub         []simpleTag
}

func (f *file) addTag(c child) error {
	if c.id != idTag {
		return nil
	}
	if f.tagCount++; f.tagCount > maxSimpleTags {
		return fault(probe.Limit, c.off, "more than %d tags", maxSimpleTags)
	}
	if len(c.body) == 0 {
		return nil
	}
	f.tag = tag{}
	if err := c.master().each(f.addToTag); err != nil {
		return err
	}
	if len(f.tag.simple) > 0 {
		f.tags = append(f.tags, f.tag)
	}
	return nil
}

// addToTag takes a child of the Tag that is being read.
func (f *file) addToTag(c child) error {
	switch c.id {
	case idTargets:
		f.tag = tag{simple: f.tag.simple}
		return c.master().each(f.tag.addTarget)
	case idSimpleTag:
		return f.addSimpleTag(&f.tag.simple, c)
	}
	return nil
}

func (t *tag) addTarget(c child) error {
	switch c.id {
	case idTargetType:
		t.targetType = c.text()
	case idTagTrackUID:
		t.trackUID = c.uint(0)
	case idTagChapterUID:
		t.chapterUID = c.uint(0)
	case idTagAttachUID:
		t.attachUID = c.uint(0)
	}
	return nil
}

func (f *file) addSimpleTag(list *[]simpleTag, c child) error {
	if f.simpleTags++; f.simpleTags > maxSimpleTags {
		return fault(probe.Limit, c.off, "more than %d tags", maxSimpleTags)
	}
	s := simpleTag{language: "und"}
	err := c.master().each(func(c child) error {
		switch c.id {
		case idTagName:
			t := c.text()
			s.name = &t
		case idTagString:
			t := c.text()
			s.value = &t
		case idTagLanguage:
			s.language = c.text()
			if len(c.body) == 0 {
				s.language = "und"
			}
		case idTagDefault, idTagDefaultBug:
			s.isDefault = c.uint(0) != 0
		case idSimpleTag:
			return f.addSimpleTag(&s.sub, c)
		}
		return nil
	})
	*list = append(*list, s)
	return err
}

// metadata collects keys as ffprobe does: one spelling for each, whatever its letter case.
type metadata struct{ m media.Metadata }

// set gives key a value, replacing the one under any spelling; no value removes it.
func (d *metadata) set(key string, value *string) {
	for k := range d.m {
		if strings.EqualFold(k, key) {
			delete(d.m, k)
		}
	}
	if value == nil {
		return
	}
	if d.m == nil {
		d.m = media.Metadata{}
	}
	d.m[key] = *value
}

// add sets every tag of list under its name, with its language where it has one. A nested
// tag's key starts with its parent's.
func (d *metadata) add(list []simpleTag, prefix string) {
	for _, s := range list {
		if s.name == nil {
			continue
		}
		key := *s.name
		if prefix != "" {
			key = prefix + "/" + key
		}
		key = key[:min(len(key), maxKey)]
		plain := s.language == "und"
		if s.isDefault || plain {
			d.set(key, s.value)
			d.add(s.sub, key)
		}
		if !plain {
			key += "-" + s.language
			key = key[:min(len(key), maxKey)]
			d.set(key, s.value)
			d.add(s.sub, key)
		}
	}
	d.rename("LEAD_PERFORMER", "performer")
	d.rename("PART_NUMBER", "track")
}

// rename gives the value under one key to another, as ffprobe does for two names.
func (d *metadata) rename(from, to string) {
	for k, v := range d.m {
		if strings.EqualFold(k, from) {
			delete(d.m, k)
			d.set(to, &v)
			return
		}
	}
}

// spread hands the tags to what they are about. Tags of nothing in particular are the file's,
// their keys in front of them the level's name where it is given.
func (f *file) spread(general *metadata) {
	for _, t := range f.tags {
		switch {
		case t.attachUID != 0:
			for _, a := range f.attached {
				if a.stream != nil && a.uid == t.attachUID {
					a.stream.meta.add(t.simple, "")
				}
			}
		case t.chapterUID != 0:
			for i := range f.chapters {
				if c := &f.chapters[i]; c.kept && c.uid == t.chapterUID {
					c.meta.add(t.simple, "")
				}
			}
		case t.trackUID != 0:
			for _, s := range f.streams {
				if s.entry != nil && s.entry.uid == t.trackUID {
					s.meta.add(t.simple, "")
				}
			}
		default:
			general.add(t.simple, t.targetType)
		}
	}
}

package matroska

import (
	"github.com/mediagauge/mediagauge/probe"
)

// file is what has been read of one source.
type file struct {
	in *input
	r  *probe.Reader

	segment  element
	cluster  int64 // offset of the first Cluster
	seeks    []seek
	parsed   []located // level-1 elements that were read
	segInfo  segmentInfo
	tracks   []*trackEntry
	attached []*attachment
	chapters []chapterAtom
	tags     []tag

	meta     metadata // of the file itself
	streams  []*stream
	byNumber map[uint64]*stream // nil stream: a track that makes none
	waiting  int                // streams in front of this one want no more packets

	tag        tag   // the one being read
	scanned    int64 // bytes of frames that were counted
	grey       bool  // ffprobe may have stopped reading frames
	cues       bool  // there is an index
	tagCount   int
	simpleTags int
}

// located is a level-1 element by identifier and offset.
type located struct {
	id  uint32
	off int64
}

// seek is an entry of a SeekHead.
type seek struct {
	id  uint64
	pos uint64
}

// element reads the header of the element at off; ok is false at the end of the source.
func (f *file) element(off int64) (e element, ok bool, err error) {
	b, err := f.in.peek(off, maxHeader)
	if err != nil || len(b) == 0 {
		return e, false, err
	}
	if err := f.r.Element(off); err != nil {
		return e, false, err
	}
	e, n, err := header(b, off)
	if err != nil {
		return e, false, err
	}
	if n < 0 {
		return e, false, fault(probe.Truncated, off, "the source ends inside an element's header")
	}
	return e, true, nil
}

// load brings the payload of e into memory.
func (f *file) load(e element) (master, error) {
	if e.size == unknownSize {
		return master{}, refuse(ruleUnknownSize, e.off, "size not stated")
	}
	if e.size > maxMaster {
		return master{}, fault(probe.Limit, e.off, "%d bytes of headers", e.size)
	}
	if e.end() > f.in.size {
		return master{}, fault(probe.Truncated, e.off, "%d of %d bytes are missing", e.end()-f.in.size, e.size)
	}
	b, err := f.in.at(e.data, int(e.size))
	if err != nil {
		return master{}, err
	}
	return master{id: e.id, data: b, off: e.data, depth: 1, r: f.r}, nil
}

// readHeader reads the EBML header, RFC 8794 section 11.2, and finds the Segment.
func (f *file) readHeader() error {
	e, ok, err := f.element(0)
	if err != nil {
		return err
	}
	if !ok || e.id != idEBML {
		return fault(probe.Malformed, 0, "no EBML header")
	}
	m, err := f.load(e)
	if err != nil {
		return within(idEBML, err)
	}
	if err := checkHeader(m); err != nil {
		return within(idEBML, err)
	}
	for off := e.end(); ; off = e.end() {
		if e, ok, err = f.element(off); err != nil {
			return err
		}
		if !ok {
			return fault(probe.Truncated, off, "the source ends before a Segment")
		}
		if e.id == idSegment {
			f.segment = e
			return nil
		}
		if e.size == unknownSize {
			return fault(probe.Malformed, off, "%s where a Segment belongs", name(e.id))
		}
	}
}

// checkHeader wants a document that version 1 readers of EBML can read.
func checkHeader(m master) error {
	readVersion, idLength, sizeLength, docVersion := uint64(1), uint64(4), uint64(8), uint64(1)
	err := m.each(func(c child) error {
		switch c.id {
		case idEBMLReadVersion:
			readVersion = c.uint(1)
		case idEBMLMaxIDLength:
			idLength = c.uint(4)
		case idEBMLMaxSizeLength:
			sizeLength = c.uint(8)
		case idDocTypeReadVersion:
			docVersion = c.uint(1)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case readVersion > 1:
		return fault(probe.Unsupported, m.off, "EBML read version %d", readVersion)
	case idLength > 4:
		return fault(probe.Unsupported, m.off, "identifiers of up to %d bytes", idLength)
	case sizeLength > 8:
		return fault(probe.Unsupported, m.off, "sizes of up to %d bytes", sizeLength)
	case docVersion > 3:
		return fault(probe.Unsupported, m.off, "document read version %d", docVersion)
	}
	return nil
}

// readSegment reads the elements in front of the first Cluster, then those that a SeekHead
// points to elsewhere: ffprobe reads Tags, Attachments and Chapters at the end of a file too.
func (f *file) readSegment() error {
	end := f.in.size
	if f.segment.size != unknownSize {
		end = f.segment.end()
	}
	for off, n := f.segment.data, 0; f.cluster == 0; n++ {
		if n > maxLevel1 {
			return fault(probe.Limit, off, "more than %d elements in front of the Clusters", maxLevel1)
		}
		if off == end {
			return refuse(ruleNoCluster, off, "the Segment ends before a Cluster")
		}
		e, ok, err := f.element(off)
		if err != nil {
			return err
		}
		if !ok {
			return fault(probe.Truncated, off, "the source ends before a Cluster")
		}
		if e.id == idCluster {
			f.cluster = off
			break
		}
		f.cues = f.cues || e.id == idCues
		if err := f.checkLevel1(e, end); err != nil {
			return within(e.id, err)
		}
		if err := f.level1(e); err != nil {
			return within(e.id, err)
		}
		off = e.end()
	}
	return f.follow()
}

// checkLevel1 wants e to be inside the Segment and the source.
func (f *file) checkLevel1(e element, end int64) error {
	switch {
	case e.size == unknownSize:
		return refuse(ruleUnknownSize, e.off, "size not stated")
	case f.segment.size != unknownSize && e.end() > end:
		return fault(probe.Malformed, e.off, "%d bytes past the end of the Segment", e.end()-end)
	case e.end() > f.in.size:
		return fault(probe.Truncated, e.off, "%d of %d bytes are missing", e.end()-f.in.size, e.size)
	}
	return nil
}

// level1 reads one element of the Segment other than a Cluster.
func (f *file) level1(e element) error {
	var read func(child) error
	switch e.id {
	case idInfo:
		read = f.segInfo.add
	case idSeekHead:
		read = f.addSeek
	case idTracks:
		read = f.addTrack
	case idChapters:
		read = f.addEdition
	case idTags:
		read = f.addTag
	case idAttachments:
		f.parsed = append(f.parsed, located{e.id, e.off})
		return f.readAttachments(e)
	default:
		return nil
	}
	for _, p := range f.parsed {
		if p.id == e.id && e.id != idSeekHead && e.id != idTags {
			return refuse(ruleDuplicate, e.off, "a second one")
		}
	}
	f.parsed = append(f.parsed, located{e.id, e.off})
	m, err := f.load(e)
	if err != nil {
		return err
	}
	return m.each(read)
}

// maxLevel1 bounds the elements in front of the first Cluster: files have about ten.
const maxLevel1 = 10_000

// addSeek takes one entry of a SeekHead, RFC 9559 section 5.1.1.
func (f *file) addSeek(c child) error {
	if len(f.seeks) >= maxSeeks {
		return nil
	}
	s := seek{pos: 1<<64 - 1}
	err := c.master().each(func(c child) error {
		switch c.id {
		case idSeekID:
			s.id = c.uint(0)
		case idSeekPosition:
			s.pos = c.uint(1<<64 - 1)
		}
		return nil
	})
	f.seeks = append(f.seeks, s)
	return err
}

// maxSeeks bounds the entries that are followed; ffprobe keeps 64 level-1 elements.
const maxSeeks = 64

// follow reads what the SeekHeads point to. The first entry that cannot be read ends it, as
// it does for ffprobe, which then goes on with what it has.
func (f *file) follow() error {
	for i := 0; i < len(f.seeks); i++ {
		s := f.seeks[i]
		if s.id > 1<<32-1 || s.pos > uint64(f.in.size) {
			continue
		}
		id, off := uint32(s.id), f.segment.data+int64(s.pos)
		f.cues = f.cues || id == idCues && off < f.in.size
		if id == idCluster || id == idCues || f.known(id, off) {
			continue
		}
		if off >= f.in.size {
			return nil
		}
		e, ok, err := f.element(off)
		if err != nil || !ok {
			return err
		}
		if e.id != id {
			return fault(probe.Malformed, off, "SeekHead points to a %s here, there is a %s", name(id), name(e.id))
		}
		if e.size != unknownSize && e.end() > f.in.size {
			return f.cutOff(e)
		}
		if err := f.level1(e); err != nil {
			return within(e.id, err)
		}
	}
	return nil
}

// cutOff is for an element behind the Clusters that the source ends in: what ffprobe keeps of
// it depends on the element.
func (f *file) cutOff(e element) error {
	return within(e.id, fault(probe.Truncated, e.off, "%d of %d bytes are missing", e.end()-f.in.size, e.size))
}

// known says whether the element was read. There may be several SeekHeads and Tags.
func (f *file) known(id uint32, off int64) bool {
	for _, p := range f.parsed {
		if p.id == id && (p.off == off || id != idSeekHead && id != idTags) {
			return true
		}
	}
	return false
}

// segmentInfo is the Info element, RFC 9559 section 5.1.2.
type segmentInfo struct {
	scale    uint64 // nanoseconds of one tick
	duration float64
	title    *string
	muxer    *string
	date     []byte
}

func (s *segmentInfo) add(c child) error {
	switch c.id {
	case idTimestampScale:
		s.scale = c.uint(1_000_000)
	case idDuration:
		s.duration = c.float(0)
	case idTitle:
		t := c.text()
		s.title = &t
	case idMuxingApp:
		t := c.text()
		s.muxer = &t
	case idDateUTC:
		s.date = c.body
	}
	return nil
}

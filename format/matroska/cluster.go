package matroska

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/mediagauge/mediagauge/probe"
)

// errDamaged marks a place in the Clusters where ffprobe would look for the next element that
// it knows.
var errDamaged = errors.New("damaged cluster")

// packet is one frame out of a block.
type packet struct {
	s        *stream
	pts      int64 // ticks; noTime when not known
	duration int64 // ticks; 0 when not known
	off      int64 // of the frame's bytes
	size     int64
	first    bool // of its block
}

// scanner walks the Clusters and gives their frames in order. It reads the headers of blocks
// and steps over frames.
type scanner struct {
	f          *file
	pos        int64
	segmentEnd int64
	clusterEnd int64 // 0 outside of a Cluster, unknownSize in one without a size
	timestamp  uint64
	queue      []packet
	taken      int     // of queue
	sizes      []int64 // of the last block's frames
	steps      int     // elements that were stepped over
}

// maxSteps bounds the elements among the Clusters that are looked at: the 5,000,000 bytes of
// frames that ffprobe reads at most come in a tenth of that.
const maxSteps = 250_000

func (f *file) newScanner() *scanner {
	s := &scanner{f: f, pos: f.cluster, segmentEnd: math.MaxInt64}
	if f.segment.size != unknownSize {
		s.segmentEnd = f.segment.end()
	}
	return s
}

// next returns the next frame, io.EOF behind the last one.
func (s *scanner) next() (packet, error) {
	for !s.pending() {
		s.queue, s.taken = s.queue[:0], 0
		if err := s.advance(); err != nil {
			return packet{}, err
		}
	}
	p := s.queue[s.taken]
	s.taken++
	return p, nil
}

// pending says whether frames of the last block are still to come.
func (s *scanner) pending() bool { return s.taken < len(s.queue) }

// advance steps over one element, filling the queue when it is a block.
func (s *scanner) advance() error {
	if s.clusterEnd > 0 && s.pos >= s.clusterEnd {
		s.clusterEnd = 0
	}
	if s.clusterEnd == 0 && s.pos >= s.segmentEnd {
		if s.pos < s.f.in.size {
			return errDamaged // more behind the Segment
		}
		return io.EOF
	}
	if s.steps++; s.steps > maxSteps {
		return refuse(ruleLongScan, s.pos, "more than %d elements", maxSteps)
	}
	e, ok, err := s.f.element(s.pos)
	if err != nil {
		if errors.Is(err, probe.Truncated) {
			return io.EOF
		}
		if errors.Is(err, probe.Malformed) {
			return errDamaged
		}
		return err
	}
	if !ok {
		return io.EOF
	}
	row, known := schema[e.id]
	known = known || e.id == idVoid || e.id == idCRC32
	if s.clusterEnd == unknownSize && row.parent != idCluster && known && e.id != idVoid && e.id != idCRC32 {
		s.clusterEnd = 0 // an element of the Segment ends a Cluster without a size
	}
	if s.clusterEnd == 0 {
		return s.level1(e)
	}
	if e.size == unknownSize || s.clusterEnd != unknownSize && e.end() > s.clusterEnd {
		return errDamaged
	}
	if e.end() > s.f.in.size {
		return io.EOF
	}
	s.pos = e.end()
	switch e.id {
	case idTimestamp:
		v, err := s.number(e)
		s.timestamp = v
		return err
	case idSimpleBlock:
		return s.block(e, 0)
	case idBlockGroup:
		return s.group(e)
	}
	return nil
}

// level1 enters a Cluster or steps over another element of the Segment.
func (s *scanner) level1(e element) error {
	if s.segmentEnd != math.MaxInt64 && (e.size == unknownSize || e.end() > s.segmentEnd) {
		return errDamaged
	}
	if e.id == idCluster {
		s.pos, s.timestamp = e.data, 0
		s.clusterEnd = unknownSize
		if e.size != unknownSize {
			s.clusterEnd = e.end()
		}
		return nil
	}
	if e.size == unknownSize {
		return errDamaged
	}
	if e.end() > s.f.in.size {
		return io.EOF
	}
	s.pos = e.end()
	return nil
}

// number reads a small unsigned element.
func (s *scanner) number(e element) (uint64, error) {
	if e.size > 8 {
		return 0, errDamaged
	}
	b, err := s.f.in.at(e.data, int(e.size))
	if err != nil {
		return 0, err
	}
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, nil
}

// group reads a BlockGroup, RFC 9559 section 5.1.3.5.
func (s *scanner) group(e element) error {
	var block element
	var duration uint64
	err := s.f.walk(e, func(c element) error {
		switch c.id {
		case idBlock:
			block = c
		case idBlockDuration:
			v, err := s.number(c)
			duration = v
			return err
		}
		return nil
	})
	if errors.Is(err, probe.Malformed) {
		return errDamaged
	}
	if err != nil || block.size == 0 {
		return err
	}
	return s.block(block, min(duration, math.MaxInt64))
}

// block reads the head of a block and queues its frames, RFC 9559 section 10.
func (s *scanner) block(e element, duration uint64) error {
	head, err := s.f.in.peek(e.data, int(min(e.size, 11)))
	if err != nil {
		return err
	}
	number, n := vint(head, 8)
	if n <= 0 || len(head) < n+3 {
		return errDamaged
	}
	owner, known := s.f.byNumber[number]
	if !known {
		return errDamaged
	}
	if owner == nil {
		return nil
	}
	relative := int64(int16(binary.BigEndian.Uint16(head[n:])))
	flags := head[n+2]
	off, size := e.data+int64(n)+3, e.size-int64(n)-3
	sizes, headLen, err := s.laces(off, size, flags>>1&3)
	if err != nil {
		return err
	}
	pts := int64(noTime)
	if relative >= 0 || s.timestamp >= uint64(-relative) {
		pts = int64(float64(s.timestamp)/owner.entry.scale) + relative - owner.delayTicks()
	}
	s.frames(owner, pts, off+headLen, sizes, duration)
	return nil
}

// frames queues the frames of a block; they share its duration.
func (s *scanner) frames(owner *stream, pts, off int64, sizes []int64, duration uint64) {
	count := uint64(len(sizes))
	if duration == 0 && owner.entry.defaultDuration < 1<<55 {
		duration = owner.entry.defaultDuration * count / s.f.segInfo.scale
	}
	if duration > math.MaxInt64/256 {
		duration = 0
	}
	for i, size := range sizes {
		n := uint64(i)
		part := int64(duration*(n+1)/count - duration*n/count)
		if size > 0 {
			s.queue = append(s.queue, packet{owner, pts, part, off, size, i == 0})
		}
		switch {
		case pts == noTime:
		case part != 0:
			pts += part
		default:
			pts = noTime
		}
		off += size
	}
}

// laces gives the sizes of a block's frames and how long their table is, RFC 9559 section 10.3.
func (s *scanner) laces(off, size int64, lacing byte) ([]int64, int64, error) {
	if lacing == 0 {
		s.sizes = append(s.sizes[:0], size)
		return s.sizes, 0, nil
	}
	const longest = 1 + 255*8 // the table of EBML lacing; one of Xiph lacing may be longer
	b, err := s.f.in.peek(off, int(min(size, 64<<10)))
	if err != nil {
		return nil, 0, err
	}
	if len(b) == 0 {
		return nil, 0, errDamaged
	}
	count, pos := int(b[0])+1, 1
	s.sizes = append(s.sizes[:0], make([]int64, count)...)
	sizes := s.sizes
	rest := size - 1
	var total int64
	switch lacing {
	case 1:
		for i := range count - 1 {
			for more := true; more; pos++ {
				if pos >= len(b) {
					return nil, 0, errDamaged
				}
				sizes[i] += int64(b[pos])
				more = b[pos] == 255
			}
			total += sizes[i]
		}
	case 2:
		if rest%int64(count) != 0 {
			return nil, 0, errDamaged
		}
		for i := range sizes {
			sizes[i] = rest / int64(count)
		}
		return sizes, 1, nil
	case 3:
		for i := range count - 1 {
			v, n := vint(b[pos:min(len(b), longest)], 8)
			if n <= 0 {
				return nil, 0, errDamaged
			}
			sizes[i] = int64(v)
			if i > 0 {
				sizes[i] = sizes[i-1] + int64(v) - (1<<(7*n-1) - 1)
			}
			if sizes[i] < 0 || sizes[i] > math.MaxInt32 {
				return nil, 0, errDamaged
			}
			total += sizes[i]
			pos += n
		}
	}
	sizes[count-1] = rest - int64(pos-1) - total
	if sizes[count-1] < 0 {
		return nil, 0, errDamaged
	}
	return sizes, int64(pos), nil
}

// delayTicks is CodecDelay in the track's ticks, which is taken off every timestamp.
func (s *stream) delayTicks() int64 {
	if s.entry.codecDelay == 0 || s.entry.codecDelay > math.MaxInt64 {
		return 0
	}
	return rescale(int64(s.entry.codecDelay), s.t.Timebase.Den, s.t.Timebase.Num*1_000_000_000)
}

package matroska

import (
	"encoding/binary"
	"math"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// projection is the Projection element, RFC 9559 section 5.1.4.1.28.41.
type projection struct {
	off              int64
	kind             uint64
	private          []byte
	yaw, pitch, roll float64
}

// The values of ProjectionType.
const (
	rectangular     = 0
	equirectangular = 1
	cubemap         = 2
)

func (p *projection) add(c child) error {
	switch c.id {
	case idProjectionType:
		p.kind = c.uint(rectangular)
	case idProjectionPrivate:
		p.private = c.body
	case idPoseYaw:
		p.yaw = c.float(0)
	case idPosePitch:
		p.pitch = c.float(0)
	case idPoseRoll:
		p.roll = c.float(0)
	}
	return nil
}

// describe fills in the projection, or the rotation of a flat picture. ProjectionPrivate holds
// the boxes of spherical video in MP4 without their headers: a version, then of an
// equirectangular picture how much of the sphere each side leaves out, of a cube map its layout
// and padding. Of another version nothing is told; ffprobe refuses a file with any other length.
func (p *projection) describe(v *media.Video) error {
	if p == nil || len(p.private) > 0 && p.private[0] != 0 {
		return nil
	}
	const boundsSize, cubeSize = 20, 12
	size := len(p.private)
	switch p.kind {
	case rectangular:
		v.Rotation = p.rotation()
	case equirectangular:
		if size != 0 && size != boundsSize {
			return fault(probe.Malformed, p.off, "%d bytes about an equirectangular projection", size)
		}
		if v.Projection = "equirectangular"; size == 0 {
			return nil
		}
		var bounds [4]uint64 // top, bottom, left, right
		for i := range bounds {
			bounds[i] = uint64(binary.BigEndian.Uint32(p.private[4+4*i:]))
		}
		if bounds[0]+bounds[1] >= math.MaxUint32 || bounds[2]+bounds[3] >= math.MaxUint32 {
			return fault(probe.Malformed, p.off, "the projection's bounds leave nothing")
		}
		if bounds != [4]uint64{} {
			v.Projection = "tiled equirectangular"
		}
	case cubemap:
		if size != cubeSize {
			return fault(probe.Malformed, p.off, "%d bytes about a cube map", size)
		}
		if binary.BigEndian.Uint32(p.private[4:]) == 0 {
			v.Projection = "cubemap"
		}
	}
	return nil
}

// rotation turns ProjectionPoseRoll, counter-clockwise degrees after an optional flip by yaw,
// into degrees clockwise. It goes through the 16.16 numbers of a display matrix, in which
// ffprobe keeps it.
func (p *projection) rotation() int {
	if p.pitch == 0 && p.yaw == 0 && p.roll == 0 {
		return 0
	}
	flip := p.yaw != 0
	if p.pitch != 0 || flip && p.yaw != 180 && p.yaw != -180 || math.IsNaN(p.roll) || math.IsInf(p.roll, 0) {
		return 0
	}
	angle := p.roll
	if flip {
		angle = -angle
	}
	radians := angle * math.Pi / 180
	cos, sin := fixed(math.Cos(radians)), fixed(math.Sin(radians))
	a, b, c, d := cos, -sin, sin, cos
	if flip {
		a, c = -a, -c
	}
	scaleX, scaleY := math.Hypot(a, c), math.Hypot(b, d)
	if scaleX == 0 || scaleY == 0 {
		return 0
	}
	printed := -int(math.Atan2(b/scaleY, a/scaleX) * 180 / math.Pi)
	return ((-printed)%360 + 360) % 360
}

// fixed rounds towards zero to a 65536th.
func fixed(x float64) float64 { return math.Trunc(x*65536) / 65536 }

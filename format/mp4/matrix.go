package mp4

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// setMatrix multiplies the track's display matrix by the movie's (ISO/IEC 14496-12, 6.2.2).
// The first two columns are 16.16 fixed point, the third is 2.30.
func (t *track) setMatrix(own, movie [3][3]int32) {
	shift := [3]int{16, 16, 30}
	var product [3][3]int32
	for i := range 3 {
		for j := range 3 {
			for e := range 3 {
				product[i][j] += int32(int64(own[i][e]) * int64(movie[e][j]) >> shift[e])
			}
		}
	}
	identity := [3][3]int32{{1 << 16, 0, 0}, {0, 1 << 16, 0}, {0, 0, 1 << 30}}
	if product == identity {
		return
	}
	t.hasMatrix = true
	for i := range 9 {
		t.matrix[i] = product[i/3][i%3]
	}
}

// matrixSAR takes the sample aspect ratio from a matrix that stretches the picture.
func (t *track) matrixSAR() {
	h := math.Hypot(float64(t.matrix[0]), float64(t.matrix[3]))
	v := math.Hypot(float64(t.matrix[1]), float64(t.matrix[4]))
	inside := func(s float64) bool { return s > 1 && s < 1<<24 }
	if inside(h) && inside(v) && math.Abs(h/v-1) > 0.01 {
		t.sar = rational.FromFloat(h / v)
	}
}

// rotation returns the degrees clockwise to turn the picture for display. ffprobe prints the
// counter-clockwise angle cut to a whole number of degrees.
func (t *track) rotation() int {
	if !t.hasMatrix || t.kind != media.KindVideo {
		return 0
	}
	m := func(i int) float64 { return float64(t.matrix[i]) / (1 << 16) }
	h := math.Hypot(m(0), m(3))
	v := math.Hypot(m(1), m(4))
	if h == 0 || v == 0 {
		return 0 // no angle; ffprobe prints the smallest integer
	}
	angle := -(math.Atan2(m(1)/v, m(0)/h) * 180 / math.Pi)
	return ((-int(angle))%360 + 360) % 360
}

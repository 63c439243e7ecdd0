//go:build !race

package ffprobe

const raceDetector = false

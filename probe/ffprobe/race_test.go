//go:build race

package ffprobe

// raceDetector needs more address space than a contained process may have.
const raceDetector = true

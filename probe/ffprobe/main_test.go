//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	RunStage()
	runHostile()
	goleak.VerifyTestMain(m)
}

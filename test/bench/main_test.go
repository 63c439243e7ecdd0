package bench

import (
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(originDir); dir != "" {
		serveOrigin(dir)
	}
	os.Exit(rig.Main(m))
}

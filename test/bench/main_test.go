package bench

import (
	"os"
	"testing"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }

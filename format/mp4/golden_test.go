package mp4_test

import (
	"testing"

	"github.com/mediagauge/mediagauge/format/mp4"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// TestGolden: what every format must survive, with the samples that testdata names.
func TestGolden(t *testing.T) { probetest.Run(t, mp4.Format, "testdata") }

package matroska_test

import (
	"testing"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// TestGolden: what every format must survive, with the samples that testdata names.
func TestGolden(t *testing.T) { probetest.Run(t, matroska.Format, "testdata") }

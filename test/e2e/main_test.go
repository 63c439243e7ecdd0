package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }

// within bounds what a test waits for.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// needFFprobe skips a test that cannot hold without ffprobe.
func needFFprobe(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("no ffprobe on this machine")
	}
}

// documentedCodes are the failure codes of the API.
var documentedCodes = map[string]bool{
	"SourceUnreachable": true, "SourceForbidden": true, "SourceNotFound": true, "SourceExpired": true,
	"SourceChanged": true, "SourceTruncated": true, "SourceNotSeekable": true, "AddressDenied": true,
	"UnsupportedFormat": true, "MalformedMedia": true, "EncryptedMedia": true, "BudgetExceeded": true,
	"DeadlineExceeded": true, "Cancelled": true, "Poisoned": true, "InternalError": true,
}

package probe

import (
	"errors"
	"fmt"
	"testing"
)

func TestRefuse(t *testing.T) {
	t.Parallel()
	e := Refuse("aac-implicit-sbr", "track %d may double its sample rate", 2)
	e.Format = "mp4"
	const want = "mp4: unsupported (aac-implicit-sbr): track 2 may double its sample rate"
	if e.Error() != want {
		t.Errorf("%q, want %q", e.Error(), want)
	}
	if !errors.Is(e, Unsupported) {
		t.Error("not Unsupported")
	}
	if got := RuleOf(fmt.Errorf("wrapped: %w", e)); got != "aac-implicit-sbr" {
		t.Errorf("rule %q", got)
	}
	if got := RuleOf(Errorf(Malformed, "x")); got != "" {
		t.Errorf("rule %q of an error without one", got)
	}
}

package job

import (
	"testing"
)

func TestState(t *testing.T) {
	t.Parallel()
	cases := []struct {
		state    State
		name     string
		terminal bool
	}{
		{0, "", false},
		{Queued, "queued", false},
		{Running, "running", false},
		{Succeeded, "succeeded", true},
		{Failed, "failed", true},
		{Cancelled, "cancelled", true},
		{Cancelled + 1, "state(6)", false},
		{255, "state(255)", false},
	}
	for _, c := range cases {
		if c.state.String() != c.name || c.state.Terminal() != c.terminal {
			t.Errorf("state %d: %q, terminal %t, want %q, %t", uint8(c.state), c.state, c.state.Terminal(), c.name, c.terminal)
		}
	}
}

func TestPriorityValid(t *testing.T) {
	t.Parallel()
	for p, want := range map[Priority]bool{-1: false, 0: false, 1: true, DefaultPriority: true, 10: true, 11: false} {
		if p.Valid() != want {
			t.Errorf("priority %d is valid: %t, want %t", p, p.Valid(), want)
		}
	}
}

func TestStateSet(t *testing.T) {
	t.Parallel()
	every := []State{Queued, Running, Succeeded, Failed, Cancelled}
	for _, s := range every {
		if !StateSet(0).Has(s) || !States().Has(s) {
			t.Errorf("the empty set must let %s through: it stands for all", s)
		}
		for _, other := range every {
			if States(s).Has(other) != (s == other) {
				t.Errorf("States(%s).Has(%s) is %t", s, other, States(s).Has(other))
			}
		}
	}
	if set := States(Queued, Failed); !set.Has(Queued) || !set.Has(Failed) || set.Has(Running) {
		t.Errorf("States(queued, failed) is %b", set)
	}
}

func TestInputError(t *testing.T) {
	t.Parallel()
	err := &InputError{Field: "Media", Reason: "no bucket"}
	if got := err.Error(); got != "input Media: no bucket" {
		t.Errorf("message is %q", got)
	}
}

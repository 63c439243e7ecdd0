package job

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// between draws a time from the epoch to far ahead.
func between(t *rapid.T, label string) time.Time {
	return time.Unix(rapid.Int64Range(0, 1<<37).Draw(t, label+" s"), rapid.Int64Range(0, 999_999_999).Draw(t, label+" ns"))
}

func fixed(t time.Time) func() time.Time { return func() time.Time { return t } }

func TestIDLayout(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 500_250_000, time.UTC)
	id := (&IDs{Now: fixed(at)}).Next()
	ms := at.UnixMilli()
	want := []byte{byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms), 0x74, 0x00}
	if !bytes.Equal(id[:8], want) { // a quarter of a millisecond is 0x400/4096, after the version 7
		t.Errorf("id begins with % x, want % x", id[:8], want)
	}
	if id[8]>>6 != 0b10 {
		t.Errorf("variant bits are %02b, want 10", id[8]>>6)
	}
	if id.IsZero() || !(ID{}).IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestIDOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := between(t, "start")
		g := IDs{Now: func() time.Time { return now }}
		var last ID
		for range rapid.IntRange(2, 50).Draw(t, "ids") {
			now = now.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Second)).Draw(t, "step")))
			id := g.Next()
			if bytes.Compare(id[:], last[:]) <= 0 {
				t.Fatalf("id %s follows %s", id, last)
			}
			if id.Time().Before(last.Time()) {
				t.Fatalf("time went back from %v to %v", last.Time(), id.Time())
			}
			last = id
		}
	})
}

func TestIDClockGoingBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	g := IDs{Now: func() time.Time { return now }}
	before := g.Next()
	now = now.Add(-time.Hour)
	during := g.Next()
	if bytes.Compare(during[:], before[:]) <= 0 {
		t.Errorf("id %s made after the clock went back does not follow %s", during, before)
	}
	if ahead := during.Time().Sub(before.Time()); ahead < 0 || ahead > time.Microsecond {
		t.Errorf("the id's time moved by %v, want the smallest step", ahead)
	}
	now = now.Add(2 * time.Hour)
	if after := g.Next(); !after.Time().Equal(now) {
		t.Errorf("time is %v once the clock caught up, want %v", after.Time(), now)
	}
}

func TestIDsConcurrent(t *testing.T) {
	t.Parallel()
	var g IDs // the zero value, on the system clock
	var mu sync.Mutex
	var all []ID
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mine := make([]ID, 500)
			for i := range mine {
				mine[i] = g.Next()
			}
			if !slices.IsSortedFunc(mine, func(a, b ID) int { return bytes.Compare(a[:], b[:]) }) {
				t.Error("ids of one goroutine are out of order")
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	slices.SortFunc(all, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
	for i := 1; i < len(all); i++ {
		if bytes.Equal(all[i][:8], all[i-1][:8]) {
			t.Fatalf("ids %s and %s share a time", all[i-1], all[i])
		}
	}
}

func TestIDTimeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := between(t, "at")
		got := (&IDs{Now: fixed(at)}).Next().Time()
		if late := got.Sub(at); late < 0 || late > 245*time.Nanosecond { // 1/4096 ms
			t.Fatalf("made at %v, reads back %v", at, got)
		}
		if got.Location() != time.UTC {
			t.Fatalf("time is in %v", got.Location())
		}
	})
}

// Ranges of time are ranges of ids: an id is at or after FirstID(t) exactly when its time is
// at or after t.
func TestFirstID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := (&IDs{Now: fixed(between(t, "id"))}).Next()
		at := id.Time().Add(time.Duration(rapid.Int64Range(-2000, 2000).Draw(t, "offset ns")))
		first := FirstID(at)
		if in, after := bytes.Compare(id[:], first[:]) >= 0, !id.Time().Before(at); in != after {
			t.Fatalf("id %s of %v: in the range from %v is %t, want %t", id, id.Time(), at, in, after)
		}
		if first.Time().Before(at) {
			t.Fatalf("FirstID(%v) is of %v", at, first.Time())
		}
	})
}

func TestFirstIDBeforeEpoch(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.UnixMilli(0)} {
		if got := FirstID(at).Time(); !got.Equal(time.UnixMilli(0)) {
			t.Errorf("FirstID(%v) is of %v", at, got)
		}
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var id ID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		got, err := ParseID(id.String())
		if err != nil || got != id {
			t.Fatalf("ParseID(%q) = %s, %v", id.String(), got, err)
		}
	})
}

func TestParseIDBadForms(t *testing.T) {
	t.Parallel()
	good := "0195a0b1c2d37e4f80112233445566ff"
	if _, err := ParseID(good); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"empty":           "",
		"short":           good[:31],
		"long":            good + "0",
		"upper case":      strings.ToUpper(good),
		"not hexadecimal": "g" + good[1:],
		"hyphens":         "0195a0b1-c2d3-7e4f-8011-2233445566ff",
		"space":           " " + good[1:],
		"newline":         good[:31] + "\n",
		"NUL":             good[:31] + "\x00",
		"wide digits":     strings.Repeat("０", 10) + "00", // 32 bytes
	} {
		if id, err := ParseID(s); !errors.Is(err, ErrBadID) || !id.IsZero() {
			t.Errorf("%s: ParseID(%q) = %s, %v, want %v", name, s, id, err, ErrBadID)
		}
	}
}

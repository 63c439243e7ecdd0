package job

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ID names a job. It is time-ordered: comparing the bytes of two ids compares the times at
// which they were made, and the creation time can be read back from it.
//
// Layout (RFC 9562, version 7, with sub-millisecond precision): 48 bits of Unix milliseconds,
// 4 of version, 12 of sub-millisecond time (1/4096 ms), 2 of variant, 62 random.
type ID [16]byte

// String prints the id as 32 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero says whether id is unset.
func (id ID) IsZero() bool { return id == ID{} }

// ParseID reads the form that String prints.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 32 {
		return id, fmt.Errorf("id %q: %w: want 32 hexadecimal digits", s, ErrBadID)
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return id, fmt.Errorf("id %q: %w: want lower-case hexadecimal digits", s, ErrBadID)
		}
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, fmt.Errorf("id %q: %w", s, ErrBadID)
	}
	return id, nil
}

// Time returns when the id was made, UTC, to the precision of the layout (about 0.25 µs).
func (id ID) Time() time.Time {
	ms := int64(binary.BigEndian.Uint64(id[:8]) >> 16)
	sub := int64(binary.BigEndian.Uint16(id[6:8]) & 0x0fff)
	return time.UnixMilli(ms).Add(time.Duration(sub * int64(time.Millisecond) / 4096)).UTC()
}

// FirstID returns the smallest id whose time is at or after t. Every id made at or after t
// compares greater than or equal to it, so ranges of time are ranges of ids.
func FirstID(t time.Time) ID {
	var id ID
	putTime(&id, stamp(t))
	id[8] = 0x80
	return id
}

// stamp counts 1/4096 ms since the Unix epoch, rounding up so that FirstID never reaches back.
func stamp(t time.Time) int64 {
	if t.Before(time.UnixMilli(0)) {
		return 0
	}
	ms := t.UnixMilli()
	rest := int64(t.Sub(time.UnixMilli(ms)))
	return ms<<12 + (rest*4096+int64(time.Millisecond)-1)/int64(time.Millisecond)
}

func putTime(id *ID, stamp int64) {
	ms, sub := uint64(stamp)>>12, uint64(stamp)&0x0fff
	binary.BigEndian.PutUint64(id[:8], ms<<16|0x7000|sub)
}

// IDs makes ids that never go back, even when the clock does. The zero value is ready to use
// with the system clock.
type IDs struct {
	Now func() time.Time // nil means time.Now

	mu   sync.Mutex
	last int64
}

// Next returns a new id, greater than every id this IDs made before.
func (g *IDs) Next() ID {
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	g.mu.Lock()
	s := max(stamp(now()), g.last+1)
	g.last = s
	g.mu.Unlock()
	var id ID
	if _, err := rand.Read(id[8:]); err != nil {
		panic(err) // crypto/rand never fails on supported systems
	}
	id[8] = id[8]&0x3f | 0x80
	putTime(&id, s)
	return id
}

package callback

import (
	"strconv"
	"strings"
	"time"
)

// delays are the times between one try and the next: the vendor's three at once, then the table of
// Standard Webhooks. Twelve tries take about 76 hours.
var delays = []time.Duration{
	time.Second, time.Second, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
	5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// jitter is the share by which a delay is moved either way, so that what failed together does not come
// back together.
const jitter = 0.2

// after is how long to wait after so many tries, false when they are used up. chance is in [0, 1). An
// endpoint may ask for more time, up to twice the delay.
func after(tries int, chance float64, asked time.Duration) (time.Duration, bool) {
	if tries > len(delays) {
		return 0, false
	}
	d := delays[max(tries, 1)-1]
	wait := d + time.Duration((2*chance-1)*jitter*float64(d))
	return max(wait, min(asked, 2*d)), true
}

// retryAfter reads the header of that name (RFC 9110, 10.2.3): seconds or a date; 0 for anything else.
func retryAfter(h string, now time.Time) time.Duration {
	h = strings.TrimSpace(h)
	if n, err := strconv.ParseUint(h, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	for _, layout := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", time.RFC850, time.ANSIC} {
		if t, err := time.Parse(layout, h); err == nil {
			return max(t.Sub(now), 0)
		}
	}
	return 0
}

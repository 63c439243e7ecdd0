package main

import (
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// idTime reads the time in a job id, which is a UUID of version 7 without hyphens (RFC 9562,
// 5.7): 48 bits of Unix milliseconds first. Ids of other services have none.
func idTime(id string) (t time.Time, ok bool) {
	if len(id) != 32 || id[12] != '7' {
		return t, false
	}
	ms, err := strconv.ParseUint(id[:12], 16, 64)
	if err != nil {
		return t, false
	}
	return time.UnixMilli(int64(ms)), true
}

// timeOrdered says whether all ids tell when they were made.
func timeOrdered(ids map[string]bool) bool {
	for id := range ids {
		if _, ok := idTime(id); !ok {
			return false
		}
	}
	return true
}

// stretch returns the parameters that list the jobs from the oldest of ids to the youngest.
// Both ends of the range are whole seconds and inclusive.
func stretch(ids map[string]bool) map[string]string {
	var first, last time.Time
	for id := range ids {
		t, _ := idTime(id)
		if first.IsZero() || t.Before(first) {
			first = t
		}
		if t.After(last) {
			last = t
		}
	}
	return map[string]string{
		"StartOfCreateTime": wireTime(first),
		"EndOfCreateTime":   wireTime(last.Add(time.Second)), // in case the server's end is not inclusive
		"OrderBy":           "CreateTimeAsc",
		"PageSize":          strconv.Itoa(ims.MaxPageSize),
	}
}

package ims

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// timeLayout is how the wire writes times: UTC, whole seconds.
const timeLayout = "2006-01-02T15:04:05Z"

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// parseTime reads a time. time.Parse alone would also let a fraction of a second through.
func parseTime(name, s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || len(s) != len(timeLayout) {
		return t, Invalid(name, "It must be a UTC time of the form yyyy-MM-ddTHH:mm:ssZ.")
	}
	return t, nil
}

// number reads a whole number in lo–hi written in plain digits. Empty text is absent.
func number(name, s string, absent, lo, hi int) (int, error) {
	if s == "" {
		return absent, nil
	}
	reason := fmt.Sprintf("It must be a whole number from %d to %d.", lo, hi)
	if len(s) > 10 || strings.Trim(s, "0123456789") != "" {
		return 0, Invalid(name, reason)
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < lo || n > hi {
		return 0, Invalid(name, reason)
	}
	return n, nil
}

// oneOf checks a word against those allowed. Empty text is absent.
func oneOf(name, s string, words ...string) error {
	if s == "" {
		return nil
	}
	for _, w := range words {
		if s == w {
			return nil
		}
	}
	return Invalid(name, "It must be one of "+strings.Join(words, ", ")+".")
}

func atMost(name, s string, most int) error {
	if len(s) > most {
		return Invalid(name, fmt.Sprintf("It is longer than %d bytes.", most))
	}
	return nil
}

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// wellFormed says whether s looks like an id of a job, a pipeline or a media asset.
func wellFormed(s string) bool { return hexID.MatchString(s) }

// firstError returns the first error of checks that were made in the order of the
// documentation.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

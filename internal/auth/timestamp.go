package auth

import "time"

const timestampLayout = "2006-01-02T15:04:05Z"

// refuseTimestamp wants UTC to the second, no further from now than the skew, either way.
func (a *Authenticator) refuseTimestamp(at *attempt) error {
	var s string
	if at.scheme == V3 {
		s = at.header("X-Acs-Date")
	} else {
		s = at.params["Timestamp"]
	}
	if s == "" {
		return ErrTimestampMissing
	}
	// time.Parse would also take fractions of a second, which the layout does not have.
	t, err := time.Parse(timestampLayout, s)
	if err != nil || len(s) != len(timestampLayout) {
		return ErrTimestampFormat
	}
	now := a.config.Now()
	if t.Before(now.Add(-a.config.Skew)) || t.After(now.Add(a.config.Skew)) {
		return ErrTimestampExpired
	}
	at.timestamp = t
	return nil
}

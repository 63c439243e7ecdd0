package ims

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// MaxNotifyAddress bounds a callback URL, in bytes (contract 5).
const MaxNotifyAddress = 256

// Queue names have the prefix that the event callback asks for, then letters, digits and
// hyphens, 120 characters in all.
var queueName = regexp.MustCompile(`^ice-callback-[A-Za-z0-9-]{1,107}$`)

// notifyAddress finds the callback address of this job alone: UserData may be a JSON object
// with the key NotifyAddress (contract 4.3). UserData that is anything else is plain text.
func notifyAddress(userData string) (string, error) {
	if !strings.HasPrefix(strings.TrimSpace(userData), "{") || !json.Valid([]byte(userData)) {
		return "", nil
	}
	const name = "UserData.NotifyAddress"
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(userData), &fields) != nil {
		return "", nil
	}
	raw, ok := fields["NotifyAddress"]
	if !ok {
		return "", nil
	}
	if _, err := parseObject(userData); err != nil {
		return "", Invalid("UserData", "It names a NotifyAddress and must be one JSON object: "+err.Error()+".")
	}
	if string(raw) == "null" {
		return "", nil
	}
	var address string
	if json.Unmarshal(raw, &address) != nil {
		return "", Invalid(name, "It must be a string.")
	}
	if queueName.MatchString(address) {
		return address, nil
	}
	if err := callbackURL(name, address); address == "" || err != nil {
		return "", Invalid(name, "It must be an http or https URL of at most "+strconv.Itoa(MaxNotifyAddress)+" bytes without a user, or the name of a queue that starts with ice-callback-.")
	}
	return address, nil
}

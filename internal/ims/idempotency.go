package ims

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// unrelated are parameters that may differ between a call and its repetition.
var unrelated = map[string]bool{
	"Action": true, "Version": true, "Format": true, "AccessKeyId": true, "Timestamp": true, "SecurityToken": true, "RegionId": true,
	"Signature": true, "SignatureMethod": true, "SignatureVersion": true, "SignatureNonce": true, "SignatureType": true, "ClientToken": true,
}

// ClientToken is what makes a call that makes something idempotent; "" when the caller gave none.
func (r *Request) ClientToken() string { return r.Params["ClientToken"] }

// Digest tells calls apart by what they ask for: it is the same for a call and its repetition.
func (r *Request) Digest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		if !unrelated[name] && r.Params[name] != "" {
			h.Write([]byte(strings.Join([]string{name, r.Params[name], ""}, "\x00")))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

package callback

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"
)

// vendorSignature is the vendor's: the MD5 of the URL as it was set, the time in seconds and the key
// (contract 4.2). It does not cover the body, and is kept for receivers that check it already.
func vendorSignature(url string, at time.Time, key string) string {
	sum := md5.Sum([]byte(url + "|" + strconv.FormatInt(at.Unix(), 10) + "|" + key))
	return hex.EncodeToString(sum[:])
}

// webhookSignature is that of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body.
func webhookSignature(id string, at time.Time, body, secret []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	m.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// SpellSecret spells a webhook secret as Standard Webhooks does.
func SpellSecret(secret []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(secret) }

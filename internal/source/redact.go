package source

import (
	"net/url"
	"strings"
)

// redacted replaces the values of secret query parameters.
const redacted = "REDACTED"

// secretParams are query parameters that grant access. Those of the prefixes in
// secretPrefixes are secret as well.
var secretParams = map[string]bool{
	"access_token":   true,
	"accesskeyid":    true,
	"auth_key":       true, // Alibaba Cloud CDN, type A
	"awsaccesskeyid": true,
	"hdnea":          true, // Akamai
	"hdnts":          true,
	"key":            true,
	"key-pair-id":    true, // CloudFront
	"ossaccesskeyid": true,
	"password":       true,
	"policy":         true, // CloudFront
	"security-token": true,
	"secret":         true,
	"sig":            true, // Azure SAS
	"sign":           true,
	"signature":      true,
	"token":          true,
}

var secretPrefixes = []string{"x-amz-", "x-goog-", "x-oss-"}

func isSecretParam(name string) bool {
	name = strings.ToLower(name)
	for _, p := range secretPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return secretParams[name]
}

// redactQuery replaces secret values in a raw query and leaves the rest byte for byte.
func redactQuery(raw string) string {
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, _, found := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if found && (err != nil || isSecretParam(plain)) {
			parts[i] = name + "=" + redacted
		}
	}
	return strings.Join(parts, "&")
}

// redactURL returns raw without user information and fragment, with secret parameters hidden.
// It takes any text, a URL or not.
func redactURL(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	raw, query, hasQuery := strings.Cut(raw, "?")
	if scheme, rest, ok := strings.Cut(raw, "//"); ok {
		host, path, slash := strings.Cut(rest, "/")
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			host = host[i+1:]
		}
		raw = scheme + "//" + host
		if slash {
			raw += "/" + path
		}
	}
	if hasQuery {
		raw += "?" + redactQuery(query)
	}
	return raw
}

// Redact is a URL without what grants access: fit to be shown.
func Redact(raw string) string { return redactURL(raw) }

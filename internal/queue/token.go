package queue

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// A page token is base64url of: version (1 byte), order (1 byte), id of the last job on the
// page (16), hash of account and filter (8), and a truncated HMAC-SHA-256 over all that (16).
const (
	tokenVersion = 1
	tokenBody    = 1 + 1 + 16 + 8
	tokenSize    = tokenBody + 16
)

// sealToken makes the token for the page after last.
func (q *Queue) sealToken(last job.ID, account job.AccountID, f job.Filter) string {
	b := make([]byte, 0, tokenSize)
	b = append(b, tokenVersion, tokenOrder(f))
	b = append(b, last[:]...)
	b = append(b, filterHash(account, f)...)
	b = append(b, q.tokenMAC(b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// openToken returns the cursor in a token that was sealed for the same account and filter.
func (q *Queue) openToken(token string, account job.AccountID, f job.Filter) (job.ID, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenSize {
		return job.ID{}, job.ErrBadPageToken
	}
	body, mac := b[:tokenBody], b[tokenBody:]
	good := hmac.Equal(mac, q.tokenMAC(body)) &&
		body[0] == tokenVersion && body[1] == tokenOrder(f) &&
		hmac.Equal(body[18:], filterHash(account, f))
	if !good {
		return job.ID{}, job.ErrBadPageToken
	}
	return job.ID(body[2:18]), nil
}

func (q *Queue) tokenMAC(body []byte) []byte {
	m := hmac.New(sha256.New, q.cfg.TokenKey)
	m.Write([]byte("mediagauge page token\x00"))
	m.Write(body)
	return m.Sum(nil)[:tokenSize-tokenBody]
}

func tokenOrder(f job.Filter) byte {
	if f.Oldest {
		return 1
	}
	return 0
}

// filterHash condenses what a token is bound to beside the order.
func filterHash(account job.AccountID, f job.Filter) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(account))
	for _, t := range []time.Time{f.From, f.To} {
		if t.IsZero() {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		b = binary.BigEndian.AppendUint64(b, uint64(t.Unix()))
		b = binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
	}
	b = append(b, f.ID[:]...)
	b = append(b, byte(f.States))
	sum := sha256.Sum256(b)
	return sum[:8]
}

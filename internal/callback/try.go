package callback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/mediagauge/mediagauge/internal/store"
)

// mostReply is how much of a reply is read, so that the connection can be used again.
const mostReply = 4 << 10

// messageID is the id of a message that receivers see; it is the same at every try.
func messageID(m *store.StoredMessage) string {
	return "msg_" + m.JobID.String() + "_" + strconv.FormatInt(m.No, 10)
}

// try sends m once and says what is to become of it.
func (d *Deliverer) try(ctx context.Context, m store.StoredMessage) store.Settlement {
	s := store.Settlement{No: m.No, Attempts: m.Attempts + 1}
	status, asked, err := d.one(ctx, &m)
	now := d.cfg.Now()
	switch {
	case err == nil && status/100 == 2:
		s.State, s.Ended, s.Last = store.MessageDelivered, now, strconv.Itoa(status)
		return s
	case err == nil:
		s.Last = "status " + strconv.Itoa(status)
	case ctx.Err() != nil: // we stop, and the try does not count
		s.Attempts, s.Last = m.Attempts, m.Last
		s.State, s.Next = store.MessagePending, now
		return s
	default:
		s.Last = reason(err)
	}
	wait, more := after(s.Attempts, d.cfg.Chance(), retryAfter(asked, now))
	if !more || status == http.StatusGone || errors.Is(err, errNoQueues) {
		s.State, s.Ended = store.MessageDead, now
		d.cfg.Log.Warn("callback given up", "account", m.Account, "job", m.JobID, "delivery", m.No, "attempts", s.Attempts, "last", s.Last)
		return s
	}
	s.State, s.Next = store.MessagePending, now.Add(wait)
	return s
}

// one makes one try, by the kind of the target.
func (d *Deliverer) one(ctx context.Context, m *store.StoredMessage) (status int, asked string, err error) {
	if !isQueue(m.Target) {
		return d.send(ctx, m)
	}
	if err := d.push(ctx, m); err != nil {
		return 0, "", err
	}
	return http.StatusCreated, "", nil
}

// send makes the request. The status is 0 when there was no answer.
func (d *Deliverer) send(ctx context.Context, m *store.StoredMessage) (status int, asked string, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Target, bytes.NewReader(m.Body))
	if err != nil {
		return 0, "", err
	}
	if err := d.sign(ctx, req, m); err != nil {
		return 0, "", err
	}
	res, err := d.cfg.Client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, mostReply) // what it says does not count
	return res.StatusCode, res.Header.Get("Retry-After"), nil
}

// sign sets the headers: the vendor's where the account asked for them, those of Standard Webhooks always.
func (d *Deliverer) sign(ctx context.Context, req *http.Request, m *store.StoredMessage) error {
	settings, err := d.Settings(ctx, m.Account)
	if err != nil {
		return err
	}
	now, id := d.cfg.Now(), messageID(m)
	seconds := strconv.FormatInt(now.Unix(), 10)
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "mediagauge")
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", seconds)
	h.Set("webhook-signature", webhookSignature(id, now, m.Body, d.Secret(m.Account)))
	if settings.Signed && settings.URL == m.Target {
		h.Set("X-ICE-TIMESTAMP", seconds)
		h.Set("X-ICE-SIGNATURE", vendorSignature(settings.URL, now, settings.AuthKey))
	}
	return nil
}

// reason says in a few words why there was no answer. It tells no URL: that may hold a secret.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	text := fmt.Sprint(err)
	const most = 200
	if len(text) > most {
		text = text[:most]
	}
	return text
}

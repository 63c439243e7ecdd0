package callback

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const account job.AccountID = 1001

// outbox is a store in memory.
type outbox struct {
	mu       sync.Mutex
	rows     []store.StoredMessage
	settings map[job.AccountID][]byte
}

func (o *outbox) add(targets ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range targets {
		no := int64(len(o.rows) + 1)
		o.rows = append(o.rows, store.StoredMessage{No: no, Account: account, Message: store.Message{Target: t, Body: fmt.Appendf(nil, `{"n":%d}`, no)}})
	}
}

func (o *outbox) row(no int64) store.StoredMessage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.rows[no-1]
}

func (o *outbox) count(state store.MessageState) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, r := range o.rows {
		if r.State == state {
			n++
		}
	}
	return n
}

func (o *outbox) Messages(_ context.Context, _ job.AccountID, _ store.MessageFilter) ([]store.StoredMessage, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.rows), nil
}

func (o *outbox) TakeMessages(_ context.Context, now, until time.Time, limit int) (taken []store.StoredMessage, _ error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.rows {
		if r := &o.rows[i]; r.State == store.MessagePending && !r.Next.After(now) && len(taken) < limit {
			taken = append(taken, *r)
			r.Next = until
		}
	}
	return taken, nil
}

func (o *outbox) SettleMessages(_ context.Context, settled []store.Settlement) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range settled {
		if r := &o.rows[s.No-1]; r.State == store.MessagePending {
			r.State, r.Attempts, r.Next, r.Ended, r.Last = s.State, s.Attempts, s.Next, s.Ended, s.Last
		}
	}
	return nil
}

func (o *outbox) NextMessage(context.Context) (next time.Time, found bool, _ error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.rows {
		if r.State == store.MessagePending && (!found || r.Next.Before(next)) {
			next, found = r.Next, true
		}
	}
	return next, found, nil
}

func (o *outbox) ReplayMessage(_ context.Context, a job.AccountID, no int64, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a != account || no < 1 || int(no) > len(o.rows) {
		return job.ErrMessageNotFound
	}
	r := &o.rows[no-1]
	r.State, r.Attempts, r.Next, r.Ended = store.MessagePending, 0, now, time.Time{}
	return nil
}

func (o *outbox) PruneMessages(context.Context, store.MessageState, time.Time, int) (int, error) {
	return 0, nil
}

func (o *outbox) SetCallback(_ context.Context, a job.AccountID, sealed []byte, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.settings == nil {
		o.settings = map[job.AccountID][]byte{}
	}
	o.settings[a] = sealed
	return nil
}

func (o *outbox) GetCallback(_ context.Context, a job.AccountID) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.settings[a], nil
}

// turned is a sealer that turns bits round.
type turned struct{}

func (turned) Seal(name, secret string) []byte {
	b := []byte(name + "\x00" + secret)
	for i := range b {
		b[i] ^= 0x55
	}
	return b
}

func (turned) Open(name string, sealed []byte) (string, error) {
	b := bytes.Clone(sealed)
	for i := range b {
		b[i] ^= 0x55
	}
	secret, ok := strings.CutPrefix(string(b), name+"\x00")
	if !ok {
		return "", errors.New("another name")
	}
	return secret, nil
}

func (turned) Derive(purpose string) []byte { s := sha256.Sum256([]byte(purpose)); return s[:] }

// transport answers requests by a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("whatever"))}
}

// deliver runs a Deliverer in a bubble of time until check says that it is enough.
func deliver(t *testing.T, o *outbox, answer transport, within time.Duration, check func(d *Deliverer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := &http.Client{Transport: answer, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		d := New(Config{Store: o, Client: client, Sealer: turned{}, Chance: func() float64 { return 0.5 }})
		ctx, stop := context.WithCancel(t.Context())
		var end sync.WaitGroup
		end.Go(func() {
			if err := d.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(within) // of the bubble, whose clock runs when all wait
		check(d)
		stop()
		end.Wait()
	})
}

// TestSchedule: an endpoint that never takes a message is asked twelve times, at the times of the table.
func TestSchedule(t *testing.T) {
	var o outbox
	o.add("https://receiver.example/hook")
	var mu sync.Mutex
	var at []time.Time
	deliver(t, &o, func(*http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, time.Now())
		return reply(500), nil
	}, 100*time.Hour, func(*Deliverer) {
		m := o.row(1)
		if m.State != store.MessageDead || m.Attempts != 12 || m.Last != "status 500" {
			t.Errorf("at the end: %+v", m)
		}
	})
	want := []time.Duration{time.Second, time.Second, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
		5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	if len(at) != 12 {
		t.Fatalf("%d tries", len(at))
	}
	for i, w := range want {
		if got := at[i+1].Sub(at[i]); got < w || got > w+10*time.Millisecond {
			t.Errorf("after try %d: %v, want %v", i+1, got, w)
		}
	}
}

// TestAfter: the delay is moved by a fifth either way, and doubled at most by who asks for more.
func TestAfter(t *testing.T) {
	for _, c := range []struct {
		tries  int
		chance float64
		asked  time.Duration
		want   time.Duration
	}{
		{3, 0, 0, 4 * time.Second}, {3, 0.5, 0, 5 * time.Second}, {3, 1, 0, 6 * time.Second},
		{3, 0.5, 8 * time.Second, 8 * time.Second}, {3, 0.5, time.Hour, 10 * time.Second}, {3, 0.5, time.Second, 5 * time.Second},
	} {
		if got, ok := after(c.tries, c.chance, c.asked); !ok || got != c.want {
			t.Errorf("after(%d, %v, %v): %v, want %v", c.tries, c.chance, c.asked, got, c.want)
		}
	}
	if _, ok := after(12, 0, 0); ok {
		t.Error("a thirteenth try")
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for h, want := range map[string]time.Duration{
		"10": 10 * time.Second, "0": 0, "-1": 0, "": 0, "soon": 0, "99999999999": 0,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(h, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", h, got, want)
		}
	}
}

// TestOutcomes: what ends a delivery, and what does not.
func TestOutcomes(t *testing.T) {
	denied := errors.New("address 10.0.0.1 denied")
	for _, c := range []struct {
		name     string
		target   string
		answer   transport
		state    store.MessageState
		attempts int
		last     string
	}{
		{"200", "", func(*http.Request) (*http.Response, error) { return reply(200), nil }, store.MessageDelivered, 1, "200"},
		{"204", "", func(*http.Request) (*http.Response, error) { return reply(204), nil }, store.MessageDelivered, 1, "204"},
		{"410", "", func(*http.Request) (*http.Response, error) { return reply(410), nil }, store.MessageDead, 1, "status 410"},
		{"a redirect is not followed", "", func(r *http.Request) (*http.Response, error) {
			if r.URL.Path != "/hook" {
				t.Error("followed")
			}
			return reply(307, "Location", "http://127.0.0.1/"), nil
		}, store.MessagePending, 3, "status 307"},
		{"no answer", "", func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, store.MessagePending, 1, "no answer in time"},
		{"refused by the guard", "", func(*http.Request) (*http.Response, error) { return nil, denied }, store.MessagePending, 3, denied.Error()},
		{"a queue", "ice-callback-queue", nil, store.MessageDead, 1, errNoQueues.Error()},
		{"asked to wait", "", func(*http.Request) (*http.Response, error) { return reply(429, "Retry-After", "2"), nil }, store.MessagePending, 2, "status 429"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var o outbox
			if c.target == "" {
				c.target = "https://receiver.example/hook"
			}
			o.add(c.target)
			deliver(t, &o, c.answer, 3500*time.Millisecond, func(*Deliverer) {
				if m := o.row(1); m.State != c.state || m.Attempts != c.attempts || m.Last != c.last {
					t.Errorf("%+v, want state %d after %d attempts, %q", m, c.state, c.attempts, c.last)
				}
			})
		})
	}
}

// TestSignatures: both signatures, checked by code of its own, the same id at every try, and the vendor's
// only for the URL that was set.
func TestSignatures(t *testing.T) {
	const hook = "https://receiver.example/hook?token=x"
	var o outbox
	o.add(hook, "https://other.example/")
	var mu sync.Mutex
	ids := map[string][]string{}
	answer := func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
		secret := turned{}.Derive("webhook secret of account 1001")
		m := hmac.New(sha256.New, secret)
		fmt.Fprintf(m, "%s.%s.%s", id, at, body)
		if want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)); r.Header.Get("webhook-signature") != want {
			t.Errorf("webhook-signature %q, want %q", r.Header.Get("webhook-signature"), want)
		}
		vendor := ""
		if r.URL.Host == "receiver.example" {
			vendor = fmt.Sprintf("%x", md5.Sum([]byte(hook+"|"+at+"|Secret1key")))
		}
		if r.Header.Get("X-ICE-SIGNATURE") != vendor {
			t.Errorf("%s: X-ICE-SIGNATURE %q, want %q", r.URL.Host, r.Header.Get("X-ICE-SIGNATURE"), vendor)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || !strings.HasPrefix(string(body), `{"n":`) {
			t.Errorf("%s %v %q", r.Method, r.Header, body)
		}
		mu.Lock()
		defer mu.Unlock()
		ids[r.URL.Host] = append(ids[r.URL.Host], id)
		if len(ids[r.URL.Host]) == 1 {
			return reply(503), nil
		}
		return reply(200), nil
	}
	sealed := turned{}.Seal("callback of 1001", `{"url":"`+hook+`","signed":true,"key":"Secret1key"}`)
	o.settings = map[job.AccountID][]byte{account: sealed}
	deliver(t, &o, answer, 10*time.Second, func(*Deliverer) {
		if n := o.count(store.MessageDelivered); n != 2 {
			t.Errorf("%d delivered", n)
		}
	})
	for host, list := range ids {
		if len(list) != 2 || list[0] != list[1] || list[0] == "" {
			t.Errorf("%s: ids %q", host, list)
		}
	}
}

// TestVector is the vendor's own example.
func TestVector(t *testing.T) {
	got := vendorSignature("https://www.example.com/your/callback", time.Unix(1519375990, 0), "test123")
	if got != "c72b60894140fa98920f1279219b7ed4" {
		t.Error(got)
	}
}

// TestIsolation: endpoints that hang do not keep others from their messages.
func TestIsolation(t *testing.T) {
	var o outbox
	for range 100 {
		for i := range 50 {
			o.add(fmt.Sprintf("https://hangs%d.example/", i))
		}
		o.add("https://healthy.example/")
	}
	answer := func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "healthy.example" {
			return reply(200), nil
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	deliver(t, &o, answer, 30*time.Second, func(*Deliverer) {
		if n := o.count(store.MessageDelivered); n != 100 {
			t.Errorf("%d of 100 delivered while 50 endpoints hang", n)
		}
	})
}

// TestStop: a try under way at the end does not count, and the message goes out after the next start.
func TestStop(t *testing.T) {
	var o outbox
	o.add("https://receiver.example/hook")
	deliver(t, &o, func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() },
		time.Second, func(*Deliverer) {})
	if m := o.row(1); m.State != store.MessagePending || m.Attempts != 0 {
		t.Fatalf("after the end: %+v", m)
	}
	o.rows[0].Next = time.Time{} // of another bubble
	deliver(t, &o, func(*http.Request) (*http.Response, error) { return reply(200), nil }, time.Second, func(*Deliverer) {})
	if m := o.row(1); m.State != store.MessageDelivered || m.Attempts != 1 {
		t.Fatalf("after the next start: %+v", m)
	}
}

// TestReplay: a dead letter goes out again, whoever's it is not finds nothing.
func TestReplay(t *testing.T) {
	var o outbox
	o.add("https://receiver.example/hook")
	status := 410
	deliver(t, &o, func(*http.Request) (*http.Response, error) { return reply(status), nil }, time.Second, func(d *Deliverer) {
		if o.row(1).State != store.MessageDead {
			t.Fatal("not dead")
		}
		status = 200
		for _, err := range []error{d.Replay(t.Context(), 7, 1), d.Replay(t.Context(), account, 2)} {
			if !errors.Is(err, job.ErrMessageNotFound) {
				t.Errorf("another's: %v", err)
			}
		}
		if err := d.Replay(t.Context(), account, 1); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		time.Sleep(time.Second)
		if m := o.row(1); m.State != store.MessageDelivered || m.Attempts != 1 {
			t.Errorf("replayed: %+v", m)
		}
	})
}

// TestSettings: what is set comes back, and cannot be read where it is stored.
func TestSettings(t *testing.T) {
	var o outbox
	d := New(Config{Store: &o, Client: http.DefaultClient, Sealer: turned{}})
	if s, err := d.Settings(t.Context(), account); err != nil || s.URL != "" || s.Wants("VideoAnalysisComplete") {
		t.Fatalf("%+v, %v", s, err)
	}
	want := Settings{URL: "https://receiver.example/", Kind: "HTTP", Events: []string{"VideoAnalysisComplete"}, Signed: true, AuthKey: "Secret1key"}
	if err := d.SetSettings(t.Context(), account, want); err != nil {
		t.Fatal(err)
	}
	for _, reader := range []*Deliverer{d, New(Config{Store: &o, Client: http.DefaultClient, Sealer: turned{}})} {
		got, err := reader.Settings(t.Context(), account)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%+v, %v", got, err)
		}
		if !got.Wants("VideoAnalysisComplete") || got.Wants("TranscodeComplete") {
			t.Error("the wrong events")
		}
	}
	if bytes.Contains(o.settings[account], []byte("Secret1key")) {
		t.Error("the key can be read in the store")
	}
}

// TestPause: an endpoint that failed again and again is left alone for a while, and none of the tries of
// what waits for it is used up; others are served meanwhile. Once it takes one, it gets all the rest.
func TestPause(t *testing.T) {
	var o outbox
	for range 40 {
		o.add("https://broken.example/hook")
	}
	o.add("https://good.example/hook")
	var mu sync.Mutex
	asked, began := 0, time.Time{}
	deliver(t, &o, func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Host == "good.example" {
			return reply(204), nil
		}
		if began.IsZero() {
			began = time.Now()
		}
		asked++
		if time.Since(began) < 3*time.Minute {
			return reply(503), nil
		}
		return reply(204), nil
	}, 20*time.Minute, func(*Deliverer) {
		mu.Lock()
		defer mu.Unlock()
		if n := o.count(store.MessageDelivered); n != 41 {
			t.Errorf("%d delivered", n)
		}
		// 40 deliveries; before, five failures at once, those under way, and then one at each end of a pause.
		if asked > 40+30 {
			t.Errorf("the broken endpoint was asked %d times", asked)
		}
		if m := o.row(41); m.State != store.MessageDelivered || m.Attempts != 1 {
			t.Errorf("the good endpoint's: %+v", m)
		}
	})
	t.Logf("asked %d times", asked)
}

package callback

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// queueServer stands for the vendor's queues. It works signatures out by itself.
type queueServer struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	faults []string
	answer func(n int, w http.ResponseWriter) bool // false when it has answered
}

const queueSecret = "queue-secret"

func newQueueServer(t *testing.T) *queueServer {
	q := &queueServer{}
	q.Server = httptest.NewServer(q)
	t.Cleanup(q.Close)
	return q
}

func (q *queueServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.answer != nil && !q.answer(len(q.bodies)+1, w) {
		q.bodies = append(q.bodies, "")
		return
	}
	sum := md5.Sum(body)
	h := r.Header
	toSign := r.Method + "\n" + h.Get("Content-MD5") + "\n" + h.Get("Content-Type") + "\n" + h.Get("Date") + "\nx-mns-version:" + h.Get("X-Mns-Version") + "\n" + r.URL.Path
	mac := hmac.New(sha1.New, []byte(queueSecret))
	mac.Write([]byte(toSign))
	want := "MNS queue-key:" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if h.Get("Authorization") != want || h.Get("Content-MD5") != base64.StdEncoding.EncodeToString(sum[:]) || h.Get("X-Mns-Version") != "2015-06-06" || r.Method != "POST" {
		q.faults = append(q.faults, fmt.Sprint(r.Method, h))
	}
	if at, err := http.ParseTime(h.Get("Date")); err != nil || time.Since(at).Abs() > time.Minute {
		q.faults = append(q.faults, "date "+h.Get("Date"))
	}
	var m struct{ MessageBody string }
	if err := xml.Unmarshal(body, &m); err != nil || !strings.Contains(string(body), `xmlns="http://mns.aliyuncs.com/doc/v1/"`) {
		q.faults = append(q.faults, string(body))
	}
	switch r.URL.Path {
	case "/queues/ice-callback-jobs/messages":
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `<?xml version="1.0"?><Error xmlns="http://mns.aliyuncs.com/doc/v1/"><Code>QueueNotExist</Code><Message>no</Message></Error>`)
		return
	}
	q.bodies = append(q.bodies, m.MessageBody)
	was := md5.Sum([]byte(m.MessageBody))
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `<?xml version="1.0"?><Message xmlns="http://mns.aliyuncs.com/doc/v1/"><MessageId>1</MessageId><MessageBodyMD5>%s</MessageBodyMD5></Message>`,
		strings.ToUpper(hex.EncodeToString(was[:])))
}

// pushed makes one try to a queue.
func pushed(t *testing.T, q Queues, target, body string) store.Settlement {
	t.Helper()
	d := New(Config{Store: &outbox{}, Sealer: turned{}, Client: http.DefaultClient, Queues: q, Timeout: time.Second, Chance: func() float64 { return 0.5 }})
	return d.try(t.Context(), store.StoredMessage{No: 1, Account: account, Message: store.Message{Target: target, Body: []byte(body)}})
}

func TestQueues(t *testing.T) {
	t.Parallel()
	const event = `{"EventType":"VideoAnalysisComplete","x":"<&>数据"}`
	server := newQueueServer(t)
	to := Queues{Endpoint: server.URL + "/", KeyID: "queue-key", KeySecret: queueSecret}
	if s := pushed(t, to, "ice-callback-jobs", event); s.State != store.MessageDelivered || s.Last != "201" || s.Attempts != 1 {
		t.Errorf("%+v", s)
	}
	to.Plain = true
	if s := pushed(t, to, "ice-callback-jobs", event); s.State != store.MessageDelivered {
		t.Errorf("%+v", s)
	}
	plain, err := base64.StdEncoding.DecodeString(server.bodies[0])
	if err != nil || string(plain) != event || server.bodies[1] != event {
		t.Errorf("bodies %q", server.bodies)
	}
	if s := pushed(t, to, "ice-callback-none", event); s.State != store.MessagePending || s.Last != "queue: status 404, QueueNotExist" || s.Next.IsZero() {
		t.Errorf("%+v", s)
	}
	if len(server.faults) > 0 {
		t.Errorf("faults %q", server.faults)
	}
	if s := pushed(t, Queues{}, "ice-callback-jobs", event); s.State != store.MessageDead || s.Last != errNoQueues.Error() {
		t.Errorf("without queues: %+v", s)
	}
	for name, c := range map[string]struct {
		answer func(int, http.ResponseWriter) bool
		last   string
	}{
		"a failure without words": {func(_ int, w http.ResponseWriter) bool { w.WriteHeader(500); return false }, "queue: status 500"},
		"a code that is no word": {func(_ int, w http.ResponseWriter) bool {
			w.WriteHeader(400)
			fmt.Fprint(w, `<Error><Code>a b http://secret</Code></Error>`)
			return false
		}, "queue: status 400"},
		"another body": {func(_ int, w http.ResponseWriter) bool {
			w.WriteHeader(201)
			fmt.Fprint(w, `<Message><MessageBodyMD5>00</MessageBodyMD5></Message>`)
			return false
		}, errMangled.Error()},
		"no XML": {func(_ int, w http.ResponseWriter) bool { w.WriteHeader(201); return false }, errMangled.Error()},
	} {
		bad := newQueueServer(t)
		bad.answer = c.answer
		if s := pushed(t, Queues{Endpoint: bad.URL}, "ice-callback-jobs", event); s.State != store.MessagePending || s.Last != c.last {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

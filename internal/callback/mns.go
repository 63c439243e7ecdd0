package callback

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/store"
)

// Queues says where the queues are that messages may go to: a service that speaks the vendor's protocol of
// message queues, version 2015-06-06. The zero value is none.
type Queues struct {
	Endpoint  string // base URL
	KeyID     string
	KeySecret string
	Plain     bool // bodies as they are; else in base64, which the vendor's clients undo
}

const (
	mnsVersion   = "2015-06-06"
	mnsNamespace = "http://mns.aliyuncs.com/doc/v1/"
	mnsType      = "text/xml;charset=utf-8"
)

// mnsMessage is what is sent.
type mnsMessage struct {
	XMLName     xml.Name `xml:"Message"`
	Namespace   string   `xml:"xmlns,attr"`
	MessageBody string
}

// mnsReply is what comes back, from a success or a failure.
type mnsReply struct {
	XMLName        xml.Name
	Code           string
	MessageBodyMD5 string
}

// A queueError is an answer that says why a queue did not take a message.
type queueError struct {
	status int
	code   string
}

func (e *queueError) Error() string {
	if e.code == "" {
		return fmt.Sprintf("queue: status %d", e.status)
	}
	return fmt.Sprintf("queue: status %d, %s", e.status, e.code)
}

var (
	errNoQueues = errors.New("no queues are configured on this server")
	errMangled  = errors.New("queue: the message arrived changed")
)

// isQueue says whether a target is the name of a queue.
func isQueue(target string) bool {
	return !strings.HasPrefix(target, "http://") && !strings.HasPrefix(target, "https://")
}

// push sends m to the queue that it names.
func (d *Deliverer) push(ctx context.Context, m *store.StoredMessage) error {
	q := &d.cfg.Queues
	if q.Endpoint == "" {
		return errNoQueues
	}
	text := string(m.Body)
	if !q.Plain {
		text = base64.StdEncoding.EncodeToString(m.Body)
	}
	body, err := xml.Marshal(mnsMessage{Namespace: mnsNamespace, MessageBody: text})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	path := "/queues/" + m.Target + "/messages"
	body = append([]byte(xml.Header), body...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(q.Endpoint, "/")+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	q.sign(req, path, body, d.cfg.Now())
	res, err := d.cfg.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	var reply mnsReply
	parsed := xml.Unmarshal(answer, &reply)
	if res.StatusCode != http.StatusCreated {
		return &queueError{res.StatusCode, word(reply.Code)}
	}
	sum := md5.Sum([]byte(text))
	if parsed != nil || !strings.EqualFold(reply.MessageBodyMD5, hex.EncodeToString(sum[:])) {
		return errMangled
	}
	return nil
}

// sign sets the headers that the protocol's signature is made of, and the signature.
func (q *Queues) sign(req *http.Request, path string, body []byte, now time.Time) {
	sum := md5.Sum(body)
	h := req.Header
	h.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	h.Set("Content-Type", mnsType)
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("User-Agent", "mediagauge")
	h.Set("x-mns-version", mnsVersion)
	text := strings.Join([]string{req.Method, h.Get("Content-MD5"), mnsType, h.Get("Date"), "x-mns-version:" + mnsVersion, path}, "\n")
	mac := hmac.New(sha1.New, []byte(q.KeySecret))
	mac.Write([]byte(text))
	h.Set("Authorization", "MNS "+q.KeyID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// word keeps of a server's code what is one.
func word(s string) string {
	if len(s) > 64 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.") != "" {
		return ""
	}
	return s
}

// ServesQueues says whether messages can go to queues.
func (d *Deliverer) ServesQueues() bool { return d.cfg.Queues.Endpoint != "" }

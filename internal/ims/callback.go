package ims

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

// EventAnalysisComplete is the event of a finished job (contract 4.1).
const EventAnalysisComplete = "VideoAnalysisComplete"

// events are those of the documentation. All may be asked for; one of them happens here.
var events = strings.Fields(`
	FileUploadComplete UploadByURLComplete ImageUploadComplete AttachedMediaUploadComplete RegisterStreamComplete
	StreamUploadComplete UploadStreamByURLComplete CreateAuditComplete RegisterMediaComplete DeleteMediaComplete
	MediaBaseChangeComplete WorkflowTaskComplete VideoAnalysisComplete SnapshotComplete DynamicImageComplete
	TranscodeComplete TranscodeParentComplete MediaConvertComplete MediaConvertOutputGroupComplete
	MediaConvertOutputComplete AIMediaAuditComplete AIProduceComplete MediaAiAnalysisComplete ProduceMediaComplete
	BatchProduceMediaComplete LiveRecordFileCreated LiveRecordTaskStatus LiveSnapshotFileCreated`)

const maxAuthKey = 32 // characters

// EventCallback says where events go, as SetEventCallback has it (contract 1.9).
type EventCallback struct {
	CallbackType      string
	CallbackURL       string
	CallbackQueueName string
	EventTypeList     []string
	AuthSwitch        bool
	AuthKey           string
}

// DecodeSetEventCallback reads CallbackType, CallbackURL, CallbackQueueName, EventTypeList, AuthSwitch and
// AuthKey. Without a type and a URL, nothing is sent any more.
func DecodeSetEventCallback(r *Request) (EventCallback, error) {
	p := r.Params
	c := EventCallback{CallbackType: p["CallbackType"], CallbackURL: p["CallbackURL"], CallbackQueueName: p["CallbackQueueName"],
		AuthSwitch: p["AuthSwitch"] == "on", AuthKey: p["AuthKey"]}
	err := firstError(
		oneOf("CallbackType", c.CallbackType, "HTTP", "MNS"),
		callbackURL("CallbackURL", c.CallbackURL),
		oneOf("AuthSwitch", p["AuthSwitch"], "on", "off"),
	)
	switch {
	case err != nil:
		return c, err
	case c.CallbackType == "MNS" && c.CallbackQueueName == "":
		return c, Missing("CallbackQueueName")
	case c.CallbackType == "HTTP" && c.CallbackURL == "":
		return c, Missing("CallbackURL")
	case c.CallbackType == "" && c.CallbackURL != "":
		return c, Missing("CallbackType")
	case c.CallbackQueueName != "" && !queueName.MatchString(c.CallbackQueueName):
		return c, Invalid("CallbackQueueName", "It must start with ice-callback- and go on with letters, digits and hyphens.")
	case c.AuthSwitch && c.AuthKey == "":
		return c, Missing("AuthKey")
	}
	for _, name := range strings.Split(p["EventTypeList"], ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !slices.Contains(events, name) {
			return c, Invalid("EventTypeList", fmt.Sprintf("There is no event %q.", name))
		}
		c.EventTypeList = append(c.EventTypeList, name)
	}
	return c, authKey(c.AuthKey)
}

// callbackURL checks a URL that we send to.
func callbackURL(name, s string) error {
	if s == "" {
		return nil
	}
	if len(s) > MaxNotifyAddress {
		return Invalid(name, fmt.Sprintf("It is longer than %d bytes.", MaxNotifyAddress))
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return Invalid(name, "It must be an http or https URL without a user.")
	}
	return nil
}

// authKey checks what the documentation asks of a key.
func authKey(s string) error {
	if s == "" {
		return nil
	}
	has := func(from, to rune) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r >= from && r <= to })
	}
	if len(s) > maxAuthKey || !has('a', 'z') || !has('A', 'Z') || !has('0', '9') {
		return Invalid("AuthKey", fmt.Sprintf("It must have lower-case letters, upper-case letters and digits, %d characters at most.", maxAuthKey))
	}
	return nil
}

// EventCallbackResponse answers GetEventCallback. WebhookSecret is an extension of ours: the secret of
// the signatures of Standard Webhooks.
type EventCallbackResponse struct {
	RequestId         string
	CallbackType      string `json:",omitempty"`
	CallbackURL       string `json:",omitempty"`
	CallbackQueueName string `json:",omitempty"`
	EventTypeList     string `json:",omitempty"`
	AuthSwitch        string
	AuthKey           string `json:",omitempty"`
	WebhookSecret     string
}

// EventCallbackOf spells c.
func EventCallbackOf(requestID string, c EventCallback, secret string) EventCallbackResponse {
	out := EventCallbackResponse{RequestId: requestID, CallbackType: c.CallbackType, CallbackURL: c.CallbackURL,
		CallbackQueueName: c.CallbackQueueName, EventTypeList: strings.Join(c.EventTypeList, ","), AuthSwitch: "off",
		AuthKey: c.AuthKey, WebhookSecret: secret}
	if c.AuthSwitch {
		out.AuthSwitch = "on"
	}
	return out
}

// Event is the envelope of an event (contract 4.1).
type Event struct {
	EventType   string
	UserId      int64
	EventTime   string
	MessageBody EventBody
}

// EventBody tells how a job ended. Values are strings; facts that are not known are absent.
type EventBody struct {
	JobId        string
	Name         string `json:",omitempty"`
	MediaId      string `json:",omitempty"`
	Status       string
	FileUrl      string `json:",omitempty"`
	Size         string `json:",omitempty"`
	Duration     string `json:",omitempty"`
	Bitrate      string `json:",omitempty"`
	Width        string `json:",omitempty"`
	Height       string `json:",omitempty"`
	Fps          string `json:",omitempty"`
	UserData     string `json:",omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// JobEvent is the body of the message that tells the end of j.
func JobEvent(j *job.Job) []byte {
	b := EventBody{JobId: j.ID.String(), Name: j.Spec.Name, UserData: j.Spec.UserData, Status: "Fail"}
	if j.State == job.Succeeded {
		b.Status = "Success"
	}
	if j.Result != nil {
		f := MediaInfoPropertyOf(j.Result).FileBasicInfo
		b.MediaId, b.FileUrl, b.Size, b.Duration, b.Bitrate, b.Width, b.Height = f.MediaId, f.FileUrl, f.FileSize, f.Duration, f.Bitrate, f.Width, f.Height
		b.Fps = fps(j.Result.Info)
	}
	if j.Failure != nil {
		b.ErrorCode, b.ErrorMessage = string(j.Failure.Code), j.Failure.Message
	}
	out, _, err := Encode(JSON, "Event", Event{EventAnalysisComplete, int64(j.Account), formatTime(j.Finished), b})
	if err != nil {
		panic(err) // strings and a number
	}
	return out
}

// fps is the frame rate of the first track of pictures that is no cover.
func fps(i *media.Info) string {
	if i == nil {
		return ""
	}
	for n := range i.Tracks {
		if t := &i.Tracks[n]; t.Video != nil && !t.Disposition.AttachedPicture {
			return frameRate(t.Video.FrameRate)
		}
	}
	return ""
}

// DeliveryFilter chooses deliveries.
type DeliveryFilter struct {
	Status   string // "Pending", "Delivered", "Dead", or ""
	After    int64
	PageSize int
}

// DecodeListCallbackDeliveries reads Status, PageSize and NextPageToken.
func DecodeListCallbackDeliveries(r *Request) (DeliveryFilter, error) {
	f := DeliveryFilter{Status: r.Params["Status"], PageSize: 10}
	if err := oneOf("Status", f.Status, "Pending", "Delivered", "Dead"); err != nil {
		return f, err
	}
	if s := r.Params["PageSize"]; s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return f, Invalid("PageSize", "It must be a number from 1 to 100.")
		}
		f.PageSize = n
	}
	if s := r.Params["NextPageToken"]; s != "" {
		n, err := strconv.ParseInt(s, 36, 64)
		if err != nil || n < 1 {
			return f, Invalid("NextPageToken", "It is not a token of this list.")
		}
		f.After = n
	}
	return f, nil
}

// DecodeReplayCallbackDelivery reads DeliveryId.
func DecodeReplayCallbackDelivery(r *Request) (int64, error) {
	s := r.Params["DeliveryId"]
	if s == "" {
		return 0, Missing("DeliveryId")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, NotFound("callback delivery", s)
	}
	return n, nil
}

// CallbackDelivery is a delivery on the wire. The target is told without what may be secret in it.
type CallbackDelivery struct {
	DeliveryId  string
	MessageId   string
	JobId       string
	Target      string
	Status      string
	Attempts    int
	LastResult  string `json:",omitempty"`
	CreateTime  string
	NextTime    string `json:",omitempty"`
	FinishTime  string `json:",omitempty"`
	MessageBody string
}

// Delivery is what a CallbackDelivery tells.
type Delivery struct {
	No                      int64
	Message                 string
	Job                     job.ID
	Target                  string
	Status                  string
	Attempts                int
	Last                    string
	Created, Next, Finished time.Time
	Body                    []byte
}

// CallbackDeliveryOf spells d.
func CallbackDeliveryOf(d Delivery) CallbackDelivery {
	out := CallbackDelivery{DeliveryId: strconv.FormatInt(d.No, 10), MessageId: d.Message, JobId: d.Job.String(), Target: withoutQuery(d.Target),
		Status: d.Status, Attempts: d.Attempts, LastResult: d.Last, CreateTime: formatTime(d.Created), MessageBody: string(d.Body)}
	if !d.Next.IsZero() {
		out.NextTime = formatTime(d.Next)
	}
	if !d.Finished.IsZero() {
		out.FinishTime = formatTime(d.Finished)
	}
	return out
}

// withoutQuery drops the values of a URL's query.
func withoutQuery(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.RawQuery == "" {
		return s
	}
	u.RawQuery = "…"
	return strings.Replace(u.String(), "%E2%80%A6", "…", 1)
}

// CallbackDeliveryListResponse answers ListCallbackDeliveries.
type CallbackDeliveryListResponse struct {
	RequestId     string
	NextPageToken string `json:",omitempty"`
	DeliveryList  []CallbackDelivery
}

// DeliveryToken is the token of the page after the delivery of a number.
func DeliveryToken(no int64) string { return strconv.FormatInt(no, 36) }

// Package job says what a job is: what was asked, in which state it is, and how it ended.
// It is pure: no storage, no wire, no clock of its own.
package job

import (
	"fmt"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/media"
)

// AccountID names the account that owns a job, a pipeline or a key. It is a positive number
// of up to 16 digits.
type AccountID int64

// Priority orders jobs inside a pipeline: 1–10, larger is sooner.
type Priority int

// The range of Priority and what a pipeline gets when nobody says.
const (
	MinPriority     Priority = 1
	MaxPriority     Priority = 10
	DefaultPriority Priority = 6
)

// Valid says whether p lies in 1–10.
func (p Priority) Valid() bool { return p >= MinPriority && p <= MaxPriority }

// State is where a job stands. Terminal states never change.
type State uint8

// The states. Queued becomes Running when claimed; Running becomes Queued again on a retry or
// a lost lease, or ends in one of the three terminal states.
const (
	Queued State = iota + 1
	Running
	Succeeded
	Failed
	Cancelled
)

var stateNames = [...]string{"", "queued", "running", "succeeded", "failed", "cancelled"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Terminal says whether s is an end.
func (s State) Terminal() bool { return s >= Succeeded && s <= Cancelled }

// Input is the object to describe.
type Input struct {
	Type     InputType `json:"type"`
	Media    string    `json:"media"`             // a URL (oss, http, https) or a media-asset id
	Location string    `json:"location,omitzero"` // of the bucket, as whoever submitted it called it
	Shown    string    `json:"shown,omitzero"`    // Media without what is secret in it, when that differs
}

// InputType says how to read Input.Media.
type InputType string

// The input types.
const (
	InputOSS   InputType = "OSS"   // Media is a URL: oss://, http:// or https://
	InputMedia InputType = "Media" // Media is the id of a media asset
)

// Spec is what was asked. The wire's defaults are already filled in.
type Spec struct {
	Name          string   `json:"name,omitzero"`
	UserData      string   `json:"user_data,omitzero"`
	Input         Input    `json:"input"`
	PipelineID    string   `json:"pipeline_id"`
	Priority      Priority `json:"priority"`
	Async         bool     `json:"async,omitzero"`
	Trigger       string   `json:"trigger,omitzero"`    // "API", "WorkFlow" or "Console"
	RequestID     string   `json:"request_id,omitzero"` // of the request that submitted it
	NotifyAddress string   `json:"notify,omitzero"`     // callback of this job alone: URL or queue name
	Registers     string   `json:"registers,omitzero"`  // the media asset that waits for this job
	Refresh       bool     `json:"refresh,omitzero"`    // probe even if an answer is known
}

// Secret says whether s holds something that is not to be readable where it is stored: a URL that grants
// access, or where a callback goes.
func (s *Spec) Secret() bool {
	return s.Input.Shown != "" || strings.Contains(s.NotifyAddress, "?") || strings.Contains(s.UserData, "NotifyAddress")
}

// Display is the input's Media as it may be shown.
func (in *Input) Display() string {
	if in.Shown != "" {
		return in.Shown
	}
	return in.Media
}

// Job is one piece of work and its outcome.
type Job struct {
	ID       ID
	Account  AccountID
	Spec     Spec
	State    State
	Attempt  int       // how often it was claimed
	Created  time.Time // the time in the ID, UTC
	Finished time.Time // zero until State is terminal
	Result   *Result   // set when Succeeded
	Failure  *Failure  // set when Failed or Cancelled
	Run      Run       // what the last attempt took; zero until terminal
}

// Result is what a successful job found.
type Result struct {
	Object Object      `json:"object"`
	Info   *media.Info `json:"info"`
}

// Object is the file that was read, as its source describes it.
type Object struct {
	Name     string    `json:"name,omitzero"`   // last segment of the key or path
	URL      string    `json:"url,omitzero"`    // without secrets
	Region   string    `json:"region,omitzero"` // of the bucket, or the service's
	Size     int64     `json:"size,omitzero"`   // bytes
	ETag     string    `json:"etag,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	MediaID  string    `json:"media_id,omitzero"`
}

// Run is the account of how an answer was made.
type Run struct {
	Engine    string        `json:"engine,omitzero"` // "native" or "ffprobe"
	Requests  int           `json:"requests,omitzero"`
	BytesRead int64         `json:"bytes_read,omitzero"`
	QueueTime time.Duration `json:"queue_time,omitzero"` // submitted to claimed
	ProbeTime time.Duration `json:"probe_time,omitzero"` // claimed to answered
	Attempts  int           `json:"attempts,omitzero"`
	Cached    bool          `json:"cached,omitzero"`
	Warnings  []string      `json:"warnings,omitempty"`
}

// Code says why a job failed. The names are part of the API.
type Code string

// The failure codes.
const (
	SourceUnreachable Code = "SourceUnreachable"
	SourceForbidden   Code = "SourceForbidden"
	SourceNotFound    Code = "SourceNotFound"
	SourceExpired     Code = "SourceExpired"
	SourceChanged     Code = "SourceChanged"
	SourceTruncated   Code = "SourceTruncated"
	SourceNotSeekable Code = "SourceNotSeekable"
	AddressDenied     Code = "AddressDenied"
	UnsupportedFormat Code = "UnsupportedFormat"
	MalformedMedia    Code = "MalformedMedia"
	EncryptedMedia    Code = "EncryptedMedia"
	BudgetExceeded    Code = "BudgetExceeded"
	DeadlineExceeded  Code = "DeadlineExceeded"
	CancelledByUser   Code = "Cancelled"
	Poisoned          Code = "Poisoned"
	InternalError     Code = "InternalError"
)

// Failure says why a job did not succeed, in words meant for the submitter.
type Failure struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

package rig

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/sign"
)

// The versions of the API.
const (
	VersionICE = "2020-11-09"
	VersionRAM = "2015-05-01"
)

// API calls a server with one access key, the way the vendor's clients do: POST, parameters in
// the query, signed with V3. It never repeats a call.
type API struct {
	URL    string
	KeyID  string
	Secret string
	HTTP   *http.Client
}

// NewAPI returns a caller with connections of its own.
func NewAPI(url, keyID, secret string) *API {
	return &API{URL: url, KeyID: keyID, Secret: secret, HTTP: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

// Error is an error reply.
type Error struct {
	Status    int `json:"-"`
	Code      string
	Message   string
	RequestID string `json:"RequestId"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// Code returns the code of an error reply, "" for anything else.
func Code(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Request makes a freshly signed request.
func (a *API) Request(ctx context.Context, version, action string, params map[string]string) (*http.Request, error) {
	query := url.Values{}
	for k, v := range params {
		query.Set(k, v)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+"/?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	signed := sign.V3Request{
		Method: http.MethodPost, Path: "/", Query: params, PayloadHash: sign.EmptyHash,
		Header: map[string]string{
			"host":                  req.URL.Host,
			"x-acs-action":          action,
			"x-acs-version":         version,
			"x-acs-date":            time.Now().UTC().Format(time.RFC3339),
			"x-acs-signature-nonce": strings.ToLower(rand.Text()),
			"x-acs-content-sha256":  sign.EmptyHash,
		},
	}
	for name, value := range signed.Header {
		if name != "host" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("Authorization", sign.SignV3(a.KeyID, a.Secret, signed))
	return req, nil
}

// Send sends a request and decodes the reply into out. The error is an *Error when the server
// told one, else what the network said.
func (a *API) Send(req *http.Request, out any) error {
	resp, err := a.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		e := &Error{Status: resp.StatusCode}
		if err := json.Unmarshal(body, e); err != nil || e.Code == "" {
			return fmt.Errorf("status %d with %q", resp.StatusCode, body)
		}
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("reply %q: %w", body, err)
	}
	return nil
}

// Call performs one action of the media version.
func (a *API) Call(ctx context.Context, action string, params map[string]string, out any) error {
	return a.CallOf(ctx, VersionICE, action, params, out)
}

// CallOf performs one action of a version.
func (a *API) CallOf(ctx context.Context, version, action string, params map[string]string, out any) error {
	req, err := a.Request(ctx, version, action, params)
	if err != nil {
		return err
	}
	return a.Send(req, out)
}

// Job is a job as the wire spells it.
type Job struct {
	Name              string
	TriggerSource     string
	JobId             string
	Input             struct{ Type, Media string }
	Async             bool
	UserData          string
	ScheduleConfig    Schedule
	Status            string
	SubmitResultJson  Outcome
	MediaInfoProperty json.RawMessage
	SubmitTime        string
	FinishTime        string
	RequestId         string
}

// Schedule says where a job waits.
type Schedule struct {
	PipelineId string `json:",omitempty"`
	Priority   int    `json:",omitempty"`
}

// Outcome is SubmitResultJson.
type Outcome struct {
	Engine    string
	Requests  int
	BytesRead int64
	QueueMs   int64
	ProbeMs   int64
	Attempts  int
	ETag      string
	Cached    bool
	Warnings  []string
	Code      string
	Message   string
}

// Spec is what to submit.
type Spec struct {
	Media    string
	Name     string
	UserData string
	Schedule Schedule
}

func (s Spec) params() map[string]string {
	p := map[string]string{"Input": marshal(map[string]string{"Type": "OSS", "Media": s.Media})}
	if s.Name != "" {
		p["Name"] = s.Name
	}
	if s.UserData != "" {
		p["UserData"] = s.UserData
	}
	if s.Schedule != (Schedule{}) {
		p["ScheduleConfig"] = marshal(s.Schedule)
	}
	return p
}

func marshal(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain strings and numbers always marshal
	}
	return string(data)
}

// Submit submits a job.
func (a *API) Submit(ctx context.Context, s Spec) (Job, error) {
	var reply struct{ MediaInfoJob Job }
	err := a.Call(ctx, "SubmitMediaInfoJob", s.params(), &reply)
	return reply.MediaInfoJob, err
}

// Get returns a job as it stands.
func (a *API) Get(ctx context.Context, id string) (Job, error) {
	return a.get(ctx, map[string]string{"JobId": id})
}

func (a *API) get(ctx context.Context, params map[string]string) (Job, error) {
	var reply struct{ MediaInfoJob Job }
	err := a.Call(ctx, "GetMediaInfoJob", params, &reply)
	return reply.MediaInfoJob, err
}

// Wait returns a job that has ended, or the job as it stands and an error when ctx is done.
func (a *API) Wait(ctx context.Context, id string) (Job, error) {
	for {
		j, err := a.get(ctx, map[string]string{"JobId": id, "WaitSeconds": "20"})
		if err != nil || j.Status != "Init" {
			return j, err
		}
		if err := ctx.Err(); err != nil {
			return j, fmt.Errorf("job %s is still %s: %w", id, j.Status, err)
		}
	}
}

// Run submits a job and waits for its end.
func (a *API) Run(ctx context.Context, s Spec) (Job, error) {
	j, err := a.Submit(ctx, s)
	if err != nil {
		return j, err
	}
	return a.Wait(ctx, j.JobId)
}

// List returns one page of jobs.
func (a *API) List(ctx context.Context, params map[string]string) ([]Job, string, error) {
	var reply struct {
		Jobs          []Job
		NextPageToken string
	}
	err := a.Call(ctx, "ListMediaInfoJobs", params, &reply)
	return reply.Jobs, reply.NextPageToken, err
}

// ListAll follows the page tokens to the end.
func (a *API) ListAll(ctx context.Context, params map[string]string) ([]Job, error) {
	p := map[string]string{"PageSize": "100"}
	for k, v := range params {
		p[k] = v
	}
	var all []Job
	for {
		jobs, next, err := a.List(ctx, p)
		if err != nil {
			return all, err
		}
		all = append(all, jobs...)
		if next == "" {
			return all, nil
		}
		p["NextPageToken"] = next
	}
}

// Pipeline is a pipeline as the wire spells it.
type Pipeline struct {
	PipelineId, Name, Speed, Status string
	Priority                        int
	CreateTime, ModifiedTime        string
}

// CreatePipeline makes a pipeline.
func (a *API) CreatePipeline(ctx context.Context, name string, priority int) (Pipeline, error) {
	var reply struct{ Pipeline Pipeline }
	params := map[string]string{"Name": name, "Speed": "Standard", "Priority": strconv.Itoa(priority)}
	err := a.Call(ctx, "CreatePipeline", params, &reply)
	return reply.Pipeline, err
}

// SetPipeline switches a pipeline to Active or Paused.
func (a *API) SetPipeline(ctx context.Context, id, status string) error {
	var reply struct{ Success bool }
	err := a.Call(ctx, "UpdatePipeline", map[string]string{"PipelineId": id, "Status": status}, &reply)
	if err == nil && !reply.Success {
		return errors.New("UpdatePipeline: Success is false")
	}
	return err
}

// DefaultPipeline returns the pipeline called default.
func (a *API) DefaultPipeline(ctx context.Context) (Pipeline, error) {
	var reply struct{ PipelineList []Pipeline }
	if err := a.Call(ctx, "ListPipelines", nil, &reply); err != nil {
		return Pipeline{}, err
	}
	for _, p := range reply.PipelineList {
		if p.Name == "default" {
			return p, nil
		}
	}
	return Pipeline{}, fmt.Errorf("no default pipeline among %d", len(reply.PipelineList))
}

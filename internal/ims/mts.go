package ims

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/mediagauge/mediagauge/internal/job"
)

// The bounds of the older product (contract 1.10).
const (
	maxMtsObject   = 1024 // bytes, encoded
	maxMtsLocation = 64   // bytes
	maxMtsIDs      = 10
)

var (
	mtsBucket   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	mtsLocation = regexp.MustCompile(`^oss-[a-z0-9][a-z0-9-]{0,59}$`)
)

// DecodeMtsSubmit reads what to probe in the older product's words. A job that is not asynchronous is
// waited for.
func DecodeMtsSubmit(r *Request) (job.Spec, error) {
	spec := job.Spec{UserData: r.Params["UserData"], PipelineID: r.Params["PipelineId"], Trigger: "API"}
	if strings.TrimSpace(r.Params["Input"]) == "" {
		return spec, Missing("Input")
	}
	o, err := r.object("Input")
	if err != nil {
		return spec, NewError("InvalidParameter.JsonObjectFormatInvalid", "Input")
	}
	var f [3]string
	for i, name := range []string{"Bucket", "Location", "Object"} {
		if f[i], err = o.text(name); err != nil {
			return spec, err
		}
		if f[i] == "" {
			return spec, Missing("Input." + name)
		}
	}
	key, err := mtsKey(f[2])
	switch {
	case !mtsBucket.MatchString(f[0]):
		return spec, NewError("InvalidParameter.BucketNameInvalid", clip(f[0]))
	case len(f[1]) > maxMtsLocation || !mtsLocation.MatchString(f[1]):
		return spec, NewError("InvalidParameter.LocationInvalid", clip(f[1]))
	case err != nil:
		return spec, err
	}
	spec.Input = job.Input{Type: job.InputOSS, Media: "oss://" + f[0] + "/" + key, Location: f[1]}
	if err := atMost("UserData", spec.UserData, MaxUserData); err != nil {
		return spec, err
	}
	if spec.Async, err = truth("Async", r.Params["Async"], false); err != nil {
		return spec, err
	}
	if spec.PipelineID != "" && !wellFormed(spec.PipelineID) {
		return spec, MtsNotFound(spec.PipelineID)
	}
	return spec, nil
}

// mtsKey decodes an object's key, which is encoded as in a URL.
func mtsKey(s string) (string, error) {
	key, err := url.PathUnescape(s)
	if err != nil || len(s) > maxMtsObject || key == "" || len(key) > 1023 || !utf8.ValidString(key) || strings.ContainsAny(key, "\r\n\x00") {
		return "", NewError("InvalidParameter.ObjectKeyInvalid", clip(s))
	}
	return key, nil
}

// MtsNotFound says that the account has no such thing.
func MtsNotFound(id string) *Error { return NewError("InvalidParameter.ResourceNotFound", clip(id)) }

// DecodeMtsJobIDs reads MediaInfoJobIds: up to ten.
func DecodeMtsJobIDs(r *Request) ([]string, error) { return mtsIDs(r, "MediaInfoJobIds") }

// DecodeMtsPipelineIDs reads PipelineIds: up to ten.
func DecodeMtsPipelineIDs(r *Request) ([]string, error) { return mtsIDs(r, "PipelineIds") }

// mtsIDs reads a list of ids; that it is missing is an invalid value here (contract 1.10).
func mtsIDs(r *Request, name string) ([]string, error) {
	ids := commaList(r.Params[name])
	switch {
	case len(ids) == 0:
		return nil, Invalid(name, "It must name at least one.")
	case len(ids) > maxMtsIDs:
		return nil, Invalid(name, fmt.Sprintf("There may be at most %d.", maxMtsIDs))
	}
	return ids, nil
}

// DecodeAddPipeline reads Name and Speed.
func DecodeAddPipeline(r *Request) (NewPipeline, error) {
	p := NewPipeline{Name: r.Params["Name"], Speed: job.Speed(r.Params["Speed"]), Priority: job.DefaultPriority}
	if p.Name == "" {
		return p, Missing("Name")
	}
	if p.Speed == "" {
		p.Speed = job.SpeedStandard
	}
	return p, firstError(atMost("Name", p.Name, MaxPipelineName), oneOf("Speed", string(p.Speed), speeds...))
}

// DecodeMtsUpdatePipeline reads PipelineId, Name and State. The older product wants all three.
func DecodeMtsUpdatePipeline(r *Request) (PipelineChange, error) {
	c := PipelineChange{ID: r.Params["PipelineId"]}
	name, state := r.Params["Name"], r.Params["State"]
	switch {
	case c.ID == "":
		return c, Missing("PipelineId")
	case name == "":
		return c, Missing("Name")
	case state == "":
		return c, Missing("State")
	}
	if err := firstError(atMost("Name", name, MaxPipelineName), oneOf("State", state, "Active", "Paused")); err != nil {
		return c, err
	}
	is := job.Active
	if state == "Paused" {
		is = job.Paused
	}
	c.Update = job.PipelineUpdate{Name: &name, State: &is}
	if !wellFormed(c.ID) {
		return c, MtsNotFound(c.ID)
	}
	return c, nil
}

// DecodeMtsPipelineID reads PipelineId.
func DecodeMtsPipelineID(r *Request) (string, error) {
	id := r.Params["PipelineId"]
	if id == "" {
		return "", Missing("PipelineId")
	}
	if !wellFormed(id) {
		return "", MtsNotFound(id)
	}
	return id, nil
}

// PipelineSearch asks for a page of pipelines.
type PipelineSearch struct {
	State      string // "Active", "Paused", or "" for all
	PageNumber int    // from 1
	PageSize   int
}

// DecodeSearchPipeline reads State, PageNumber and PageSize.
func DecodeSearchPipeline(r *Request) (PipelineSearch, error) {
	s := PipelineSearch{State: r.Params["State"]}
	err := oneOf("State", s.State, "All", "Active", "Paused")
	if s.State == "All" {
		s.State = ""
	}
	if err == nil {
		s.PageNumber, err = number("PageNumber", r.Params["PageNumber"], 1, 1, 1_000_000)
	}
	if err == nil {
		s.PageSize, err = number("PageSize", r.Params["PageSize"], 10, 1, 100)
	}
	return s, err
}

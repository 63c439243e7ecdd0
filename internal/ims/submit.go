package ims

import (
	"strings"

	"github.com/mediagauge/mediagauge/internal/job"
)

// Bounds of what a submission carries. The documentation states none of them for this
// operation; MaxUserData is the one of the sibling operations.
const (
	MaxName     = 1024 // bytes
	MaxUserData = 1024 // bytes
	MaxMedia    = 4096 // bytes: an object key of 1023 bytes, percent-encoded, with a signed query
)

// DecodeSubmitMediaInfoJob reads what to probe (contract 1.1). An absent PipelineID or Priority
// stays zero: the queue knows the defaults.
func DecodeSubmitMediaInfoJob(r *Request) (job.Spec, error) {
	spec, err := decodeSpec(r)
	spec.Async = true
	return spec, err
}

// DecodeSubmitSyncMediaInfoJob reads the same parameters for a caller who waits (contract 1.2).
func DecodeSubmitSyncMediaInfoJob(r *Request) (job.Spec, error) { return decodeSpec(r) }

func decodeSpec(r *Request) (job.Spec, error) {
	spec := job.Spec{Name: r.Params["Name"], UserData: r.Params["UserData"], Trigger: "API"}
	var err error
	if spec.Input, err = decodeInput(r); err != nil {
		return spec, err
	}
	if err := firstError(atMost("Name", spec.Name, MaxName), atMost("UserData", spec.UserData, MaxUserData)); err != nil {
		return spec, err
	}
	if spec.NotifyAddress, err = notifyAddress(spec.UserData); err != nil {
		return spec, err
	}
	if spec.PipelineID, spec.Priority, spec.Refresh, err = decodeScheduleConfig(r); err != nil {
		return spec, err
	}
	if err := clientToken(r.ClientToken()); err != nil {
		return spec, err
	}
	// Whether things exist comes after whether the request makes sense.
	if spec.Input.Type == job.InputMedia && !wellFormed(spec.Input.Media) {
		return spec, NotFound("media asset", spec.Input.Media)
	}
	if spec.PipelineID != "" && !wellFormed(spec.PipelineID) {
		return spec, NotFound("pipeline", spec.PipelineID)
	}
	return spec, nil
}

func decodeInput(r *Request) (job.Input, error) {
	o, err := r.object("Input")
	if err != nil {
		return job.Input{}, err
	}
	if o == nil {
		return job.Input{}, Missing("Input")
	}
	kind, err := o.text("Type")
	if err != nil {
		return job.Input{}, err
	}
	in := job.Input{Type: job.InputType(kind)}
	if kind == "" {
		return in, Missing("Input.Type")
	}
	if err := oneOf("Input.Type", kind, string(job.InputOSS), string(job.InputMedia)); err != nil {
		return in, err
	}
	if in.Media, err = o.text("Media"); err != nil {
		return in, err
	}
	if in.Media == "" {
		return in, Missing("Input.Media")
	}
	return in, checkMedia(in)
}

// checkMedia checks only what needs no knowledge of storage.
func checkMedia(in job.Input) error {
	if err := atMost("Input.Media", in.Media, MaxMedia); err != nil {
		return err
	}
	if strings.IndexFunc(in.Media, func(r rune) bool { return r < 0x20 || r == 0x7f }) >= 0 {
		return Invalid("Input.Media", "It contains a control character.")
	}
	if in.Type == job.InputMedia {
		return nil
	}
	scheme, rest, ok := strings.Cut(in.Media, "://")
	if !ok || rest == "" {
		return Invalid("Input.Media", "It must be a URL: oss://bucket/object, http://… or https://….")
	}
	switch strings.ToLower(scheme) {
	case "oss", "http", "https":
		return nil
	}
	return Invalid("Input.Media", "The URL's scheme must be oss, http or https.")
}

func decodeScheduleConfig(r *Request) (pipelineID string, p job.Priority, refresh bool, err error) {
	o, err := r.object("ScheduleConfig")
	if err != nil {
		return "", 0, false, err
	}
	if pipelineID, err = o.text("PipelineId"); err != nil {
		return "", 0, false, err
	}
	if p, err = priority("ScheduleConfig.Priority", o.number("Priority"), 0); err != nil {
		return "", 0, false, err
	}
	// RefreshCache is an extension of ours, a boolean or its text.
	refresh, err = truth("ScheduleConfig.RefreshCache", o.number("RefreshCache"), false)
	return pipelineID, p, refresh, err
}

func priority(name, s string, absent job.Priority) (job.Priority, error) {
	n, err := number(name, s, int(absent), int(job.MinPriority), int(job.MaxPriority))
	return job.Priority(n), err
}

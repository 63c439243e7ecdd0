package ims

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/internal/job"
)

// MaxJobs is how many jobs one SubmitMediaInfoJobs may carry.
const MaxJobs = 100

// DecodeSubmitMediaInfoJobs reads Jobs, a JSON list of objects with the parameters of SubmitMediaInfoJob. It is
// an extension of ours.
func DecodeSubmitMediaInfoJobs(r *Request) ([]job.Spec, error) {
	text := r.Params["Jobs"]
	if strings.TrimSpace(text) == "" {
		return nil, Missing("Jobs")
	}
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, Invalid("Jobs", "It must be a JSON list of objects.")
	}
	if len(list) == 0 || len(list) > MaxJobs {
		return nil, Invalid("Jobs", fmt.Sprintf("It must have 1 to %d entries.", MaxJobs))
	}
	specs := make([]job.Spec, len(list))
	for i, raw := range list {
		spec, err := decodeEntry(string(raw))
		if err != nil {
			return nil, inEntry(err, i)
		}
		specs[i] = spec
	}
	return specs, nil
}

// decodeEntry reads one entry as a call of its own would be read.
func decodeEntry(text string) (job.Spec, error) {
	fields, err := parseObject(text)
	if err != nil {
		return job.Spec{}, Invalid("", "It must be one JSON object: "+err.Error()+".")
	}
	one := &Request{Params: map[string]string{}}
	for name, raw := range fields {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			s = string(raw)
		}
		one.Params[name] = s
	}
	spec, err := decodeSpec(one)
	spec.Async = true
	return spec, err
}

// inEntry says which entry an error is about.
func inEntry(err error, i int) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	place := fmt.Sprintf("Jobs.%d", i+1)
	c := *e
	switch {
	case strings.Contains(c.Message, `parameter ""`):
		c.Message = strings.Replace(c.Message, `parameter ""`, `parameter "`+place+`"`, 1)
	case strings.Contains(c.Message, `parameter "`):
		c.Message = strings.Replace(c.Message, `parameter "`, `parameter "`+place+".", 1)
	default:
		c.Message = place + ": " + c.Message
	}
	return &c
}

// MediaInfoJobsResponse answers SubmitMediaInfoJobs.
type MediaInfoJobsResponse struct {
	RequestId string
	Jobs      []MediaInfoJob
}

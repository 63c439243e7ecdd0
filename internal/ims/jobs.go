package ims

import (
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// MaxWait is the longest WaitSeconds.
const MaxWait = 60 * time.Second

// The page sizes of ListMediaInfoJobs. The documentation states the default; the largest is
// the one of its sibling lists.
const (
	DefaultPageSize = 10
	MaxPageSize     = 100
)

// JobQuery asks for one job.
type JobQuery struct {
	ID   job.ID
	Wait time.Duration // for its end, at most
}

// DecodeGetMediaInfoJob reads JobId, and WaitSeconds, which is an extension of ours.
func DecodeGetMediaInfoJob(r *Request) (JobQuery, error) {
	var q JobQuery
	text := r.Params["JobId"]
	if text == "" {
		return q, Missing("JobId")
	}
	seconds, err := number("WaitSeconds", r.Params["WaitSeconds"], 0, 0, int(MaxWait/time.Second))
	if err != nil {
		return q, err
	}
	q.Wait = time.Duration(seconds) * time.Second
	if q.ID, err = job.ParseID(text); err != nil {
		return q, NotFound("job", text)
	}
	return q, nil
}

// JobList asks for one page of jobs.
type JobList struct {
	Filter    job.Filter
	PageSize  int
	PageToken string
	Nothing   bool // the filter names an id that no job can have
}

// DecodeListMediaInfoJobs reads the filters of contract 1.4.
func DecodeListMediaInfoJobs(r *Request) (JobList, error) {
	l := JobList{PageToken: r.Params["NextPageToken"]}
	var err error
	if l.Filter.From, l.Filter.To, err = timeRange(r, "StartOfCreateTime", "EndOfCreateTime"); err != nil {
		return l, err
	}
	if text := r.Params["JobId"]; text != "" {
		// A filter that fits nothing is an empty list, for an impossible id as for an unknown one.
		if l.Filter.ID, err = job.ParseID(text); err != nil {
			l.Nothing = true
		}
	}
	if l.Filter.States, err = states(r.Params["Status"]); err != nil {
		return l, err
	}
	order := r.Params["OrderBy"]
	if err := oneOf("OrderBy", order, "CreateTimeDesc", "CreateTimeAsc"); err != nil {
		return l, err
	}
	l.Filter.Oldest = order == "CreateTimeAsc"
	l.PageSize, err = number("PageSize", r.Params["PageSize"], DefaultPageSize, 1, MaxPageSize)
	return l, err
}

// timeRange reads two optional times. Both are inclusive: the wire tells times in whole
// seconds, so the end takes in all of its second.
func timeRange(r *Request, start, end string) (from, to time.Time, err error) {
	if s := r.Params[start]; s != "" {
		if from, err = parseTime(start, s); err != nil {
			return
		}
	}
	if s := r.Params[end]; s != "" {
		if to, err = parseTime(end, s); err != nil {
			return
		}
		to = to.Add(time.Second - time.Nanosecond)
	}
	if !to.IsZero() && from.After(to) {
		err = Invalid(start, "It is later than "+end+".")
	}
	return
}

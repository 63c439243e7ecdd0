package ims

import "github.com/mediagauge/mediagauge/internal/job"

// Status is how the wire tells a job's state. It knows no running jobs (contract 1.1).
type Status string

// The statuses.
const (
	StatusInit    Status = "Init"
	StatusSuccess Status = "Success"
	StatusFail    Status = "Fail"
)

func statusOf(s job.State) Status {
	switch s {
	case job.Succeeded:
		return StatusSuccess
	case job.Failed, job.Cancelled:
		return StatusFail
	default:
		return StatusInit
	}
}

// states returns the states that read as a status; all of them for none.
func states(s string) (job.StateSet, error) {
	if err := oneOf("Status", s, string(StatusInit), string(StatusSuccess), string(StatusFail)); err != nil || s == "" {
		return 0, err
	}
	var set []job.State
	for _, st := range []job.State{job.Queued, job.Running, job.Succeeded, job.Failed, job.Cancelled} {
		if statusOf(st) == Status(s) {
			set = append(set, st)
		}
	}
	return job.States(set...), nil
}

package ims

import "github.com/mediagauge/mediagauge/internal/job"

// MediaInfoJob is a job on the wire (contract 1.1).
type MediaInfoJob struct {
	Name              string `json:",omitempty"`
	TriggerSource     string
	JobId             string
	Input             Input
	Async             bool
	UserData          string `json:",omitempty"`
	ScheduleConfig    ScheduleConfig
	Status            Status
	SubmitResultJson  SubmitResult
	MediaInfoProperty *MediaInfoProperty `json:",omitempty"`
	SubmitTime        string
	FinishTime        string `json:",omitempty"`
	RequestId         string // of the call that submitted the job
}

// Input is what to probe.
type Input struct {
	Type  string
	Media string
}

// ScheduleConfig says where the job waits.
type ScheduleConfig struct {
	PipelineId string
	Priority   int
}

// SubmitResult is how the job went. It is an object always, and empty until the job has ended.
type SubmitResult struct {
	*Outcome
}

// Outcome is the account of an ended job. The documentation leaves it open; this is ours.
type Outcome struct {
	Engine    string `json:",omitempty"`
	Requests  int
	BytesRead int64
	QueueMs   int64
	ProbeMs   int64
	Attempts  int
	ETag      string `json:",omitempty"`
	Cached    bool
	Warnings  []string
	Code      string `json:",omitempty"`
	Message   string `json:",omitempty"`
}

// MediaInfoJobOf spells j.
func MediaInfoJobOf(j *job.Job) MediaInfoJob {
	out := MediaInfoJob{
		Name:           j.Spec.Name,
		TriggerSource:  j.Spec.Trigger,
		JobId:          j.ID.String(),
		Input:          Input{Type: string(j.Spec.Input.Type), Media: j.Spec.Input.Display()},
		Async:          j.Spec.Async,
		UserData:       j.Spec.UserData,
		ScheduleConfig: ScheduleConfig{PipelineId: j.Spec.PipelineID, Priority: int(j.Spec.Priority)},
		Status:         statusOf(j.State),
		SubmitTime:     formatTime(j.Created),
		RequestId:      j.Spec.RequestID,
	}
	if !j.State.Terminal() {
		return out
	}
	out.FinishTime = formatTime(j.Finished)
	out.SubmitResultJson.Outcome = outcomeOf(j)
	if j.State == job.Succeeded {
		out.MediaInfoProperty = MediaInfoPropertyOf(j.Result)
	}
	return out
}

func outcomeOf(j *job.Job) *Outcome {
	o := &Outcome{
		Engine: j.Run.Engine, Requests: j.Run.Requests, BytesRead: j.Run.BytesRead,
		QueueMs: j.Run.QueueTime.Milliseconds(), ProbeMs: j.Run.ProbeTime.Milliseconds(),
		Attempts: j.Run.Attempts, Cached: j.Run.Cached,
		Warnings: append([]string{}, j.Run.Warnings...),
	}
	if j.Result != nil {
		o.ETag = j.Result.Object.ETag
	}
	if j.Failure != nil {
		o.Code, o.Message = string(j.Failure.Code), j.Failure.Message
	}
	return o
}

// MediaInfoJobResponse answers the calls that submit or get one job.
type MediaInfoJobResponse struct {
	RequestId    string
	MediaInfoJob MediaInfoJob
}

// ListMediaInfoJobsResponse answers ListMediaInfoJobs. NextPageToken is absent on the last page.
type ListMediaInfoJobsResponse struct {
	RequestId     string
	NextPageToken string `json:",omitempty"`
	Jobs          []MediaInfoJob
}

// ListMediaInfoJobsOf spells a page.
func ListMediaInfoJobsOf(requestID string, jobs []*job.Job, next string) ListMediaInfoJobsResponse {
	out := ListMediaInfoJobsResponse{RequestId: requestID, NextPageToken: next, Jobs: make([]MediaInfoJob, 0, len(jobs))}
	for _, j := range jobs {
		out.Jobs = append(out.Jobs, MediaInfoJobOf(j))
	}
	return out
}

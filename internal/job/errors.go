package job

import "errors"

// What can be wrong with a request about jobs. Rooms wrap these with what was being done.
var (
	ErrNotFound         = errors.New("job not found")
	ErrMessageNotFound  = errors.New("callback message not found")
	ErrPipelineNotFound = errors.New("pipeline not found")
	ErrPipelineDefault  = errors.New("the default pipeline cannot be deleted")
	ErrPipelineBusy     = errors.New("pipeline still has unfinished jobs")
	ErrPipelineLimit    = errors.New("too many pipelines")
	ErrNotCancellable   = errors.New("job runs or has ended")
	ErrLeaseLost        = errors.New("lease lost")
	ErrBadID            = errors.New("malformed id")
	ErrBadPageToken     = errors.New("malformed page token")
	ErrQueueFull        = errors.New("queue is full")
	ErrStopped          = errors.New("queue is stopped")
)

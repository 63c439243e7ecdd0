package job

import "time"

// Pipeline is a named queue with a state and a priority.
type Pipeline struct {
	ID       string // 32 lower-case hexadecimal digits
	No       int64  // the store's short key
	Account  AccountID
	Name     string
	Speed    Speed
	State    PipelineState
	Priority Priority // for jobs that state none, and the pipeline's weight against others
	Default  bool     // used when a job names no pipeline; cannot be deleted
	Created  time.Time
	Modified time.Time
}

// Speed is the service class a pipeline was created for. It is kept and echoed.
type Speed string

// The speeds.
const (
	SpeedStandard  Speed = "Standard"
	SpeedBoost     Speed = "Boost"
	SpeedNarrowHDV Speed = "NarrowBandHDV2"
)

// PipelineState says whether a pipeline's jobs are scheduled.
type PipelineState uint8

// The pipeline states. A paused pipeline accepts jobs and schedules none; its running jobs finish.
const (
	Active PipelineState = iota + 1
	Paused
)

// PipelineUpdate changes the fields that are not nil.
type PipelineUpdate struct {
	Name     *string
	Priority *Priority
	State    *PipelineState
}

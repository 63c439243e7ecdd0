package ims

import "github.com/mediagauge/mediagauge/internal/job"

// MaxPipelineName bounds a pipeline's name, in bytes. The documentation states it for the
// older product's pipelines only (contract 1.11).
const MaxPipelineName = 128

var speeds = []string{string(job.SpeedStandard), string(job.SpeedBoost), string(job.SpeedNarrowHDV)}

// NewPipeline asks for a pipeline.
type NewPipeline struct {
	Name     string
	Speed    job.Speed
	Priority job.Priority
}

// DecodeCreatePipeline reads Name, Speed and Priority (contract 1.6).
func DecodeCreatePipeline(r *Request) (NewPipeline, error) {
	p := NewPipeline{Name: r.Params["Name"], Speed: job.Speed(r.Params["Speed"])}
	if p.Name == "" {
		return p, Missing("Name")
	}
	if err := atMost("Name", p.Name, MaxPipelineName); err != nil {
		return p, err
	}
	if p.Speed == "" {
		return p, Missing("Speed")
	}
	err := oneOf("Speed", string(p.Speed), speeds...)
	if err == nil {
		p.Priority, err = priority("Priority", r.Params["Priority"], job.DefaultPriority)
	}
	return p, err
}

// DecodePipelineID reads the one parameter of GetPipeline and DeletePipeline.
func DecodePipelineID(r *Request) (string, error) {
	id := r.Params["PipelineId"]
	if id == "" {
		return "", Missing("PipelineId")
	}
	if !wellFormed(id) {
		return "", NotFound("pipeline", id)
	}
	return id, nil
}

// DecodeListPipelines reads the speed to restrict the list to, or "".
func DecodeListPipelines(r *Request) (job.Speed, error) {
	s := r.Params["Speed"]
	return job.Speed(s), oneOf("Speed", s, speeds...)
}

// PipelineChange asks to change a pipeline.
type PipelineChange struct {
	ID     string
	Update job.PipelineUpdate
}

// DecodeUpdatePipeline reads the changes. Fields that are absent or empty stay as they are.
func DecodeUpdatePipeline(r *Request) (PipelineChange, error) {
	c := PipelineChange{ID: r.Params["PipelineId"]}
	if c.ID == "" {
		return c, Missing("PipelineId")
	}
	if name := r.Params["Name"]; name != "" {
		if err := atMost("Name", name, MaxPipelineName); err != nil {
			return c, err
		}
		c.Update.Name = &name
	}
	if s := r.Params["Priority"]; s != "" {
		p, err := priority("Priority", s, 0)
		if err != nil {
			return c, err
		}
		c.Update.Priority = &p
	}
	if s := r.Params["Status"]; s != "" {
		if err := oneOf("Status", s, pipelineStatus(job.Active), pipelineStatus(job.Paused)); err != nil {
			return c, err
		}
		state := job.Active
		if s == pipelineStatus(job.Paused) {
			state = job.Paused
		}
		c.Update.State = &state
	}
	if !wellFormed(c.ID) {
		return c, NotFound("pipeline", c.ID)
	}
	return c, nil
}

func pipelineStatus(s job.PipelineState) string {
	if s == job.Paused {
		return "Paused"
	}
	return "Active"
}

// Pipeline is a pipeline on the wire.
type Pipeline struct {
	PipelineId   string
	Name         string
	Speed        string
	Status       string
	Priority     int
	CreateTime   string
	ModifiedTime string
}

// PipelineOf spells p.
func PipelineOf(p *job.Pipeline) Pipeline {
	return Pipeline{
		PipelineId: p.ID, Name: p.Name, Speed: string(p.Speed), Status: pipelineStatus(p.State),
		Priority: int(p.Priority), CreateTime: formatTime(p.Created), ModifiedTime: formatTime(p.Modified),
	}
}

// PipelineResponse answers CreatePipeline and GetPipeline.
type PipelineResponse struct {
	RequestId string
	Pipeline  Pipeline
}

// PipelineListResponse answers ListPipelines.
type PipelineListResponse struct {
	RequestId    string
	PipelineList []Pipeline
}

// SuccessResponse answers UpdatePipeline and DeletePipeline.
type SuccessResponse struct {
	RequestId string
	Success   bool
}

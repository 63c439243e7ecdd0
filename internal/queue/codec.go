package queue

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// encodingJSON is the first byte of what we store: JSON follows. A denser encoding gets
// another number, and readers keep knowing this one.
const encodingJSON = 1

var errEncoding = errors.New("unknown encoding")

// outcome is what is kept of a finished job beside its state.
type outcome struct {
	Result  *job.Result  `json:"result,omitzero"`
	Failure *job.Failure `json:"failure,omitzero"`
	Run     job.Run      `json:"run"`
}

func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(append(make([]byte, 0, len(b)+1), encodingJSON), b...), nil
}

func decode(b []byte, v any) error {
	if len(b) == 0 || b[0] != encodingJSON {
		return errEncoding
	}
	return json.Unmarshal(b[1:], v)
}

// jobFromRow reads a stored job back.
func jobFromRow(r store.Row) (*job.Job, error) {
	j := &job.Job{
		ID: r.ID, Account: r.Account, State: r.State, Attempt: r.Attempt,
		Created: r.ID.Time(), Finished: r.Finished,
	}
	if err := decode(r.Spec, &j.Spec); err != nil {
		return nil, fmt.Errorf("spec of job %q: %w", r.ID, err)
	}
	if !r.State.Terminal() {
		return j, nil
	}
	var o outcome
	if err := decode(r.Outcome, &o); err != nil {
		return nil, fmt.Errorf("outcome of job %q: %w", r.ID, err)
	}
	j.Result, j.Failure, j.Run = o.Result, o.Failure, o.Run
	return j, nil
}

package queue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// encodingJSON is the first byte of what we store: JSON follows. A denser encoding gets
// another number, and readers keep knowing this one.
const encodingJSON = 1

// How long stored specs and outcomes usually are at most.
const (
	specRoom    = 1 << 10
	outcomeRoom = 6 << 10
)

var errEncoding = errors.New("unknown encoding")

// outcome is what is kept of a finished job beside its state.
type outcome struct {
	Result  *job.Result  `json:"result,omitzero"`
	Failure *job.Failure `json:"failure,omitzero"`
	Run     job.Run      `json:"run"`
}

// encode returns v in stored form. room is how long that is likely to be: it saves a copy.
func encode(v any, room int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, room))
	b.WriteByte(encodingJSON)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
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

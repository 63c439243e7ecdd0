package queue

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// The first byte of what we store says how the rest is to be read. Readers know every encoding
// that was ever written.
const (
	encodingJSON = 1 // JSON
	encodingS2   = 2 // JSON in one S2 block
)

// Short values are not worth compressing. A block that claims to be longer than a value of
// ours can be is damage.
const (
	compressFrom = 512
	decodeLimit  = 64 << 20
)

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

// encode returns v in stored form. room is how long its JSON is likely to be: it saves a copy.
// Outcomes are compressed because most of what the store's one writer does is moving them.
func encode(v any, room int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, room))
	b.WriteByte(encodingJSON)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	plain := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(plain) < compressFrom {
		return plain, nil
	}
	out := make([]byte, 1+s2.MaxEncodedLen(len(plain)-1))
	out[0] = encodingS2
	return out[:1+len(s2.Encode(out[1:], plain[1:]))], nil
}

func decode(b []byte, v any) error {
	if len(b) == 0 {
		return errEncoding
	}
	kind, b := b[0], b[1:]
	switch kind {
	case encodingJSON:
	case encodingS2:
		n, err := s2.DecodedLen(b)
		if err != nil || n > decodeLimit {
			return fmt.Errorf("s2 block of %d bytes: %w", n, cmp.Or(err, s2.ErrTooLarge))
		}
		if b, err = s2.Decode(make([]byte, n), b); err != nil {
			return err
		}
	default:
		return errEncoding
	}
	return json.Unmarshal(b, v)
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

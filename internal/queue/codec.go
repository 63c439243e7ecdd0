package queue

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/s2"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// The first byte of what we store says how the rest is to be read. Readers know every encoding
// that was ever written.
const (
	encodingCBOR = 1 // CBOR (RFC 8949), keys as in JSON
	encodingS2   = 2 // CBOR in one S2 block

	encodingSealed = 3 // another of these, sealed

	encodingDictionary = 4 // the number of a dictionary in one byte, then CBOR in one S2 block made with it
)

// Short values are not worth compressing. A block that claims to be longer than a value of
// ours can be is damage.
const (
	compressFrom = 64
	decodeLimit  = 64 << 20
)

var errEncoding = errors.New("unknown encoding")

// outcome is what is kept of a finished job beside its state.
type outcome struct {
	Result  *job.Result  `json:"result,omitzero"`
	Failure *job.Failure `json:"failure,omitzero"`
	Run     job.Run      `json:"run"`
}

// CBOR takes half the time of JSON both ways. Times keep their nanoseconds and their zone, and
// maps come out sorted, so that equal values are equal bytes.
var (
	encMode = must(cbor.EncOptions{Sort: cbor.SortBytewiseLexical, Time: cbor.TimeRFC3339Nano}.UserBufferEncMode())
	decMode = must(cbor.DecOptions{MaxNestedLevels: 32, MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above are constants
	}
	return v
}

// scratch holds what encode needs on the way: at thousands of outcomes a second, garbage of
// this size is what the collector would mostly run for.
type scratch struct {
	plain  bytes.Buffer
	packed []byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// encode returns v in stored form. Outcomes are compressed because most of what the store's
// one writer does is moving them.
func encode(v any) ([]byte, error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.plain.Reset()
	s.plain.WriteByte(encodingCBOR)
	if err := encMode.MarshalToBuffer(v, &s.plain); err != nil {
		return nil, err
	}
	plain := s.plain.Bytes()
	if len(plain) < compressFrom {
		return bytes.Clone(plain), nil
	}
	s.packed = dictionaries[newestDictionary].Encode(s.packed[:cap(s.packed)], plain[1:])
	return append([]byte{encodingDictionary, newestDictionary}, s.packed...), nil
}

func decode(b []byte, v any) error {
	if len(b) == 0 {
		return errEncoding
	}
	kind, b := b[0], b[1:]
	switch kind {
	case encodingCBOR:
	case encodingS2:
		n, err := s2.DecodedLen(b)
		if err != nil || n > decodeLimit {
			return fmt.Errorf("s2 block of %d bytes: %w", n, cmp.Or(err, s2.ErrTooLarge))
		}
		if b, err = s2.Decode(make([]byte, n), b); err != nil {
			return err
		}
	case encodingDictionary:
		if len(b) == 0 || b[0] == 0 || int(b[0]) >= len(dictionaries) {
			return errEncoding
		}
		d := dictionaries[b[0]]
		b = b[1:]
		n, err := s2.DecodedLen(b)
		if err != nil || n > decodeLimit {
			return fmt.Errorf("s2 block of %d bytes: %w", n, cmp.Or(err, s2.ErrTooLarge))
		}
		if b, err = d.Decode(make([]byte, n), b); err != nil {
			return err
		}
	default:
		return errEncoding
	}
	return decMode.Unmarshal(b, v)
}

const sealedName = "job spec"

// encodeSpec is encode for specs: those with secrets are sealed where there is a sealer.
func (q *Queue) encodeSpec(spec *job.Spec) ([]byte, error) {
	plain, err := encode(spec)
	if err != nil || q.cfg.Sealer == nil || !spec.Secret() {
		return plain, err
	}
	return append([]byte{encodingSealed}, q.cfg.Sealer.Seal(sealedName, string(plain))...), nil
}

func (q *Queue) decodeSpec(b []byte, spec *job.Spec) error {
	if len(b) == 0 || b[0] != encodingSealed {
		return decode(b, spec)
	}
	if q.cfg.Sealer == nil {
		return errors.New("sealed, and there is no sealer")
	}
	plain, err := q.cfg.Sealer.Open(sealedName, b[1:])
	if err != nil {
		return err
	}
	return decode([]byte(plain), spec)
}

// jobFromRow reads a stored job back.
func (q *Queue) jobFromRow(r store.Row) (*job.Job, error) {
	j := &job.Job{
		ID: r.ID, Account: r.Account, State: r.State, Attempt: r.Attempt,
		Created: r.ID.Time(), Finished: r.Finished,
	}
	if err := q.decodeSpec(r.Spec, &j.Spec); err != nil {
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

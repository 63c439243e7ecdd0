package engine

import (
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/probe"
)

// fallsThrough says which failures of the native engine another engine may do better.
// Damage is tried once more because ffprobe recovers from much of it; a limit or an
// unreadable source would only be met again, at the source's expense.
var fallsThrough = map[probe.Kind]bool{
	probe.Unsupported: true,
	probe.Malformed:   true,
	probe.Truncated:   true,
	probe.Limit:       false,
	probe.IO:          false,
}

type auto struct{ native, fallback Engine }

// Auto answers with native where it can and with fallback otherwise. A nil fallback makes
// everything that native cannot read an Unsupported error. Both read through the same
// Reader, so its limits and its account cover the two together.
func Auto(native, fallback Engine) Engine { return auto{native, fallback} }

// Probe implements Engine.
func (a auto) Probe(ctx context.Context, r *probe.Reader) (Answer, error) {
	answer, err := a.native.Probe(ctx, r)
	if err == nil || !passes(err) {
		return answer, err
	}
	if a.fallback == nil {
		return answer, withoutFallback(err)
	}
	second, secondErr := a.fallback.Probe(ctx, r)
	if secondErr != nil {
		return second, secondErr
	}
	second.Warnings = append([]string{NameNative + ": " + err.Error()}, second.Warnings...)
	return second, nil
}

// passes says whether another engine may be asked after err.
func passes(err error) bool {
	var known *probe.Error
	if errors.As(err, &known) {
		return fallsThrough[known.Kind]
	}
	return errors.Is(err, probe.ErrUnknownFormat)
}

// withoutFallback words a failure where no second engine is there to ask.
func withoutFallback(err error) error {
	if errors.Is(err, probe.ErrUnknownFormat) {
		return probe.Errorf(probe.Unsupported, "no reader for this format and no ffprobe to ask: %w", err)
	}
	return err
}

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
		return clearer(answer, err, second, secondErr)
	}
	second.Warnings = append([]string{NameNative + ": " + err.Error()}, second.Warnings...)
	return second, nil
}

// passes says whether another engine may be asked after err. An unknown format comes first:
// it may carry the reasons of formats that looked and declined.
func passes(err error) bool {
	if errors.Is(err, probe.ErrUnknownFormat) {
		return true
	}
	var known *probe.Error
	return errors.As(err, &known) && fallsThrough[known.Kind]
}

// clearer picks between the failures of both engines. Of damage, the native engine knows the
// place; everything else is the fallback's to say, since it was asked last.
func clearer(native Answer, nativeErr error, fallback Answer, fallbackErr error) (Answer, error) {
	if damaged(nativeErr) && (damaged(fallbackErr) || errors.Is(fallbackErr, probe.ErrUnknownFormat)) {
		return native, nativeErr
	}
	return fallback, fallbackErr
}

func damaged(err error) bool {
	if errors.Is(err, probe.ErrUnknownFormat) {
		return false
	}
	return errors.Is(err, probe.Malformed) || errors.Is(err, probe.Truncated)
}

// withoutFallback words a failure where no second engine is there to ask.
func withoutFallback(err error) error {
	if errors.Is(err, probe.ErrUnknownFormat) {
		return probe.Errorf(probe.Unsupported, "no reader for this format and no ffprobe to ask: %w", err)
	}
	return err
}

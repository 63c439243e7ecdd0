package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/probe"
)

var errPanicked = errors.New("the job panicked")

// verdict is what an error means for the job.
type verdict struct {
	failure job.Failure
	retry   bool          // another attempt may succeed
	after   time.Duration // not sooner than the origin asked for
}

// kinds says what each kind of probe error is to the submitter. Damage and early ends are
// told apart: the first is in the file, the second may be in the upload.
var kinds = map[probe.Kind]job.Code{
	probe.Malformed:   job.MalformedMedia,
	probe.Truncated:   job.MalformedMedia,
	probe.Unsupported: job.UnsupportedFormat,
	probe.Limit:       job.BudgetExceeded,
	probe.IO:          job.SourceUnreachable,
}

// judge turns the error of a job into its failure. cause says why the job's context ended,
// and is nil while it has not. Only texts made for submitters go into the message.
func judge(err, cause error) verdict {
	switch {
	case err == nil:
		return verdict{}
	case errors.Is(err, errPanicked):
		return fail(job.InternalError, "an internal error ended the job")
	case errors.Is(cause, errTimeout):
		return fail(job.DeadlineExceeded, "the job did not finish in its time")
	}
	var known job.Failure
	var src *source.Error
	switch {
	case errors.As(err, &src):
		return judgeSource(src)
	case asRefusal(err, &known):
		return verdict{failure: known}
	}
	return judgeProbe(err)
}

func judgeSource(e *source.Error) verdict {
	v := fail(job.Code(e.Code), sourceMessage(e))
	v.retry = e.Temporary || e.Code == source.Changed
	v.after = e.RetryAfter
	return v
}

// sourceMessage spells a source error for the submitter: what happened, why where the code
// leaves that open, and the HTTP status. The error below may quote addresses and replies of the
// origin, which stay in the log.
func sourceMessage(e *source.Error) string {
	text, ok := sourceTexts[e.Code]
	if !ok {
		text = "the source could not be read"
	}
	if e.Reason != "" && (e.Code == source.Unreachable || e.Code == source.Forbidden || e.Code == source.NotSeekable) {
		text += ": " + e.Reason
	}
	if e.Status != 0 && e.Code != source.AddressDenied {
		text += fmt.Sprintf(" (HTTP status %d)", e.Status)
	}
	return text
}

var sourceTexts = map[source.Code]string{
	source.Unreachable:      "the source gave no usable answer",
	source.Forbidden:        "the source refused access",
	source.NotFound:         "the source does not exist",
	source.Expired:          "the signed URL or token of the source has expired",
	source.Changed:          "the source changed while it was read",
	source.Truncated:        "the source ended before the length it announced",
	source.NotSeekable:      "the source cannot be read in ranges, which this file needs",
	source.AddressDenied:    "the address of the source is not allowed",
	source.BudgetExceeded:   "reading the source took more requests or bytes than a job may use",
	source.DeadlineExceeded: "the source was too slow",
	source.Cancelled:        "reading the source was given up",
}

// asRefusal recognises inputs that were refused without a request. Their texts are meant for
// the submitter.
func asRefusal(err error, f *job.Failure) bool {
	var input *job.InputError
	switch {
	case errors.As(err, &input):
		*f = job.Failure{Code: job.SourceNotFound, Message: input.Error()}
	case errors.Is(err, job.ErrMediaNotFound):
		*f = job.Failure{Code: job.SourceNotFound, Message: job.ErrMediaNotFound.Error()}
	case errors.Is(err, source.ErrDenied):
		*f = job.Failure{Code: job.AddressDenied, Message: sourceTexts[source.AddressDenied]}
	case errors.Is(err, job.ErrMediaNotFound):
		*f = job.Failure{Code: job.SourceNotFound, Message: "the media asset was deleted before the job was run"}
	case errors.Is(err, source.ErrBucketUnknown):
		*f = job.Failure{Code: job.SourceForbidden, Message: source.ErrBucketUnknown.Error()}
	case errors.Is(err, source.ErrURLInputsOff):
		*f = job.Failure{Code: job.SourceForbidden, Message: source.ErrURLInputsOff.Error()}
	case errors.Is(err, source.ErrBadRef):
		*f = job.Failure{Code: job.SourceUnreachable, Message: source.ErrBadRef.Error()}
	default:
		return false
	}
	return true
}

func judgeProbe(err error) verdict {
	var pe *probe.Error
	switch {
	case errors.Is(err, probe.ErrUnknownFormat) && !errors.As(err, &pe):
		return fail(job.UnsupportedFormat, "no known format")
	case errors.As(err, &pe):
		v := fail(kinds[pe.Kind], pe.Error())
		if pe.Kind == probe.IO {
			// What lies below may quote addresses; that the read failed is all that is told.
			v.failure.Message = "the source could not be read"
			v.retry = true
		}
		return v
	case errors.Is(err, context.DeadlineExceeded):
		return fail(job.DeadlineExceeded, "the job did not finish in its time")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fail(job.MalformedMedia, "the file ends too early")
	default:
		return fail(job.InternalError, "an internal error ended the job")
	}
}

func fail(code job.Code, message string) verdict {
	return verdict{failure: job.Failure{Code: code, Message: message}}
}

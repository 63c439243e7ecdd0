package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/once"
	"github.com/mediagauge/mediagauge/internal/storage"
)

// aboutError says which of the client's things an error is about.
type aboutError struct {
	id  string
	err error
}

func (e *aboutError) Error() string { return fmt.Sprintf("%q: %v", e.id, e.err) }
func (e *aboutError) Unwrap() error { return e.err }

// about names the thing that err is about; nil stays nil.
func about(id string, err error) error {
	if err == nil {
		return nil
	}
	return &aboutError{id, err}
}

// errorRow turns one sentinel into the wire's words.
type errorRow struct {
	name string // as written in Go
	is   error
	to   func(id string) *ims.Error
}

func plain(code ims.Code) func(string) *ims.Error {
	return func(string) *ims.Error { return ims.NewError(code) }
}

func because(code ims.Code, reason string) func(string) *ims.Error {
	return func(string) *ims.Error { return ims.NewError(code).Because(reason) }
}

func notFound(kind string) func(string) *ims.Error {
	return func(id string) *ims.Error { return ims.NotFound(kind, id) }
}

func soon(code ims.Code) func(string) *ims.Error {
	return func(string) *ims.Error {
		e := ims.NewError(code)
		e.RetryAfter = time.Second
		return e
	}
}

// errorRows is sorted by name. Sentinels that no call can meet stay internal errors here on
// purpose, so that a new one is noticed.
var errorRows = []errorRow{
	{"asset.ErrBadCursor", asset.ErrBadCursor, func(string) *ims.Error {
		return ims.Invalid("NextToken", "It is not a token of this list.")
	}},
	{"asset.ErrBusy", asset.ErrBusy, soon(ims.ServiceUnavailable)},
	{"asset.ErrNotFound", asset.ErrNotFound, notFound("media asset")},
	{"asset.ErrReferenceTaken", asset.ErrReferenceTaken, func(string) *ims.Error {
		return ims.Invalid("ReferenceId", "Another media asset of the account has it.")
	}},
	{"auth.ErrBadKey", auth.ErrBadKey, plain(ims.InternalError)}, // imports only
	{"auth.ErrBearerUnsupported", auth.ErrBearerUnsupported, because(ims.IncompleteSignature, "Bearer tokens are not accepted: sign with an access key.")},
	{"auth.ErrInactiveKey", auth.ErrInactiveKey, plain(ims.InvalidAccessKeyInactive)},
	{"auth.ErrKeyNotFound", auth.ErrKeyNotFound, notFound("access key")},
	{"auth.ErrKeyTaken", auth.ErrKeyTaken, plain(ims.InternalError)}, // imports only
	{"auth.ErrNoSignature", auth.ErrNoSignature, because(ims.IncompleteSignature, "The request is not signed.")},
	{"auth.ErrReplayed", auth.ErrReplayed, plain(ims.NonceUsed)},
	{"auth.ErrSeal", auth.ErrSeal, plain(ims.InternalError)}, // the database was written under another master key
	{"auth.ErrSecurityToken", auth.ErrSecurityToken, because(ims.InvalidSecurityToken, "A permanent access key takes no security token.")},
	{"auth.ErrSignatureMethod", auth.ErrSignatureMethod, because(ims.InvalidSignatureMethod, "HMAC-SHA1 with SignatureVersion 1.0 and ACS3-HMAC-SHA256 are known.")},
	{"auth.ErrTimestampExpired", auth.ErrTimestampExpired, plain(ims.InvalidTimestampExpired)},
	{"auth.ErrTimestampFormat", auth.ErrTimestampFormat, plain(ims.InvalidTimestampFormat)},
	{"auth.ErrTimestampMissing", auth.ErrTimestampMissing, plain(ims.IllegalTimestamp)},
	{"auth.ErrTokenExpired", auth.ErrTokenExpired, plain(ims.SecurityTokenExpired)},
	{"auth.ErrTokenMalformed", auth.ErrTokenMalformed, plain(ims.InvalidSecurityToken)},
	{"auth.ErrTokenMismatch", auth.ErrTokenMismatch, plain(ims.SecurityTokenMismatch)},
	{"auth.ErrTokenMissing", auth.ErrTokenMissing, plain(ims.MissingSecurityToken)},
	{"auth.ErrUnknownKey", auth.ErrUnknownKey, plain(ims.InvalidAccessKeyNotFound)},
	{"context.Canceled", context.Canceled, soon(ims.ServiceUnavailable)}, // the client is gone
	{"context.DeadlineExceeded", context.DeadlineExceeded, soon(ims.ServiceUnavailable)},
	{"iam.ErrBusy", iam.ErrBusy, soon(ims.ServiceUnavailable)},
	{"iam.ErrNotOperator", iam.ErrNotOperator, because(ims.NoPermission, "Only the account that runs the server may do this.")},
	{"iam.ErrSessionTooLong", iam.ErrSessionTooLong, plain("SessionTooLong")},
	{"job.ErrBadID", job.ErrBadID, notFound("resource")},
	{"job.ErrBadPageToken", job.ErrBadPageToken, func(string) *ims.Error {
		return ims.Invalid("NextPageToken", "It is not a token of this list with these filters.")
	}},
	{"job.ErrLeaseLost", job.ErrLeaseLost, plain(ims.InternalError)}, // workers only
	{"job.ErrMediaNotFound", job.ErrMediaNotFound, notFound("media asset")},
	{"job.ErrMessageNotFound", job.ErrMessageNotFound, notFound("callback delivery")},
	{"job.ErrNotCancellable", job.ErrNotCancellable, because(ims.OperationDenied, "The job runs or has ended: only one that waits can be cancelled.")},
	{"job.ErrNotFound", job.ErrNotFound, notFound("job")},
	{"job.ErrPipelineBusy", job.ErrPipelineBusy, because(ims.OperationDenied, "The pipeline still has unfinished jobs.")},
	{"job.ErrPipelineDefault", job.ErrPipelineDefault, because(ims.OperationDenied, "The default pipeline cannot be deleted.")},
	{"job.ErrPipelineLimit", job.ErrPipelineLimit, func(string) *ims.Error { return ims.NewError(ims.QuotaExceeded, "Pipeline") }},
	{"job.ErrPipelineNotFound", job.ErrPipelineNotFound, notFound("pipeline")},
	{"job.ErrQueueFull", job.ErrQueueFull, soon(ims.ThrottlingUser)},
	{"job.ErrStopped", job.ErrStopped, soon(ims.ServiceUnavailable)},
	{"once.ErrMismatch", once.ErrMismatch, plain(ims.IdempotentMismatch)},
	{"storage.ErrExists", storage.ErrExists, func(string) *ims.Error {
		return ims.Invalid("Bucket", "The account has a storage of that name already.")
	}},
	{"storage.ErrFixed", storage.ErrFixed, because(ims.OperationDenied, "The storage is set in the server's file and cannot be changed by calls.")},
	{"storage.ErrNotFound", storage.ErrNotFound, notFound("storage")},
}

// translate is the only way from an error of ours to one of the wire. What it does not know
// becomes an internal error that tells nothing.
func translate(err error) *ims.Error {
	var onWire *ims.Error
	if errors.As(err, &onWire) {
		return onWire
	}
	var (
		mismatch   *auth.MismatchError
		incomplete *auth.IncompleteError
		missing    *auth.MissingError
		input      *job.InputError
		noRight    *iam.DeniedError
		bucket     *storage.InvalidError
		registered *asset.RegisteredError
		buckets    *storage.LimitError
	)
	if e := translateIAM(err); e != nil {
		return e
	}
	switch {
	case errors.As(err, &mismatch):
		return ims.NewError(ims.SignatureDoesNotMatch, mismatch.StringToSign)
	case errors.As(err, &incomplete):
		return ims.NewError(ims.IncompleteSignature).Because(sentence(incomplete.Reason))
	case errors.As(err, &missing):
		return ims.Missing(missing.Name)
	case errors.As(err, &registered):
		return ims.Invalid("InputURL", fmt.Sprintf("It is registered already, as media asset %s; Overwrite=true registers it anew.", registered.ID))
	case errors.As(err, &bucket):
		return ims.Invalid("Bucket", sentence(bucket.Error()))
	case errors.As(err, &buckets):
		return ims.NewError(ims.LimitExceeded, fmt.Sprintf("%d storages", buckets.Most))
	case errors.As(err, &noRight):
		return denied(noRight)
	case errors.As(err, &input):
		return ims.Invalid("Input."+input.Field, sentence(input.Reason))
	}
	var subject *aboutError
	id := ""
	if errors.As(err, &subject) {
		id = subject.id
	}
	for _, row := range errorRows {
		if errors.Is(err, row.is) {
			return row.to(id)
		}
	}
	return ims.NewError(ims.InternalError)
}

// sentence makes a reason of ours, which is lower case and without a stop, a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if c := s[0]; c >= 'a' && c <= 'z' {
		s = string(c-'a'+'A') + s[1:]
	}
	if s[len(s)-1] != '.' {
		s += "."
	}
	return s
}

// translateIAM spells what is wrong with users, roles and policies; nil for every other error.
func translateIAM(err error) *ims.Error {
	var (
		gone     *iam.NotFoundError
		there    *iam.ExistsError
		conflict *iam.ConflictError
		limit    *iam.LimitError
		document *iam.BadDocumentError
	)
	switch {
	case errors.As(err, &gone):
		return ims.NewError(ims.Code("EntityNotExist."+gone.Kind), ims.Clip(gone.Name))
	case errors.As(err, &there):
		return ims.NewError(ims.Code("EntityAlreadyExists."+there.Kind), ims.Clip(there.Name))
	case errors.As(err, &conflict):
		return ims.NewError(ims.Code("DeleteConflict."+conflict.Kind+"."+conflict.By), conflict.What)
	case errors.As(err, &limit):
		return ims.NewError(ims.LimitExceeded, fmt.Sprintf("%d of %s", limit.Most, limit.Kind))
	case errors.As(err, &document):
		return ims.NewError("MalformedPolicyDocument", document.Parameter).Because(sentence(document.Err.Error()))
	}
	return nil
}

package worker

import (
	"context"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/probe"
)

// Object is an open source of bytes that can tell what it is.
type Object interface {
	probe.Source
	probe.Accountant

	// Describe returns what is known of the object by now, without secrets.
	Describe() job.Object
	Close() error
}

// Open opens the input of an account's job. ctx bounds the Object's whole life.
type Open func(ctx context.Context, account job.AccountID, in job.Input) (Object, error)

// FromSource makes an Object of an open source. mediaID names the media asset that the source
// stands for, if any.
func FromSource(o *source.Object, mediaID string) Object { return sourceObject{o, mediaID} }

type sourceObject struct {
	*source.Object
	mediaID string
}

// Describe implements Object.
func (o sourceObject) Describe() job.Object {
	f := o.Facts
	size, _ := o.Size()
	return job.Object{
		Name: f.Name, URL: f.URL, Region: f.Region, Size: size, ETag: f.ETag,
		Modified: f.LastModified, MediaID: o.mediaID,
	}
}

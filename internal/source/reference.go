package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mediagauge/mediagauge/probe"
)

var errReference = errors.New("a reference that is not followed")

// OpenReference implements probe.Referrer. A reference is followed to http and https only, or
// within the storage that o lies in; the same guard judges it, and what it costs is on o's account.
// A source that was given by its URL leads to URLs, which are never signed: the text of a
// stranger does not read an account's buckets. The error is an *Error.
func (o *Object) OpenReference(ctx context.Context, ref string) (probe.Source, error) {
	t, err := o.refer(ref)
	if err != nil {
		return nil, unresolved(ref, err)
	}
	inner, stop := context.WithCancelCause(o.ctx) // ends with o, at once
	unlink := context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })
	obj := newObjectOn(inner, o.opener, t, o.account, o.slots)
	obj.head = referenceWindow
	obj.unlink = func() { unlink(); stop(errClosed) }
	if err := obj.open(); err != nil {
		obj.Close()
		return nil, err
	}
	return obj, nil
}

// refer resolves ref against the place of o: RFC 3986, section 5.
func (o *Object) refer(ref string) (*target, error) {
	if len(ref) > maxRef {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrBadRef, maxRef)
	}
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return nil, fmt.Errorf("%w: not parsable", ErrBadRef) // the parser's error quotes it
	}
	o.mu.Lock()
	base := o.final
	o.mu.Unlock()
	s := o.target.storage
	if s != nil && base == nil && !u.IsAbs() && u.Host == "" {
		if u.RawQuery != "" {
			return nil, fmt.Errorf("%w: a query behind an object key", ErrBadRef)
		}
		inBucket := (&url.URL{Scheme: "http", Host: "bucket", Path: "/" + o.target.facts.Key}).ResolveReference(u)
		key := strings.TrimPrefix(inBucket.Path, "/")
		if err := checkKey(key); err != nil {
			return nil, err
		}
		return o.opener.inStorage(s, key)
	}
	if base == nil {
		base = o.target.url
	}
	abs := base.ResolveReference(u)
	if scheme := strings.ToLower(abs.Scheme); scheme != "http" && scheme != "https" {
		return nil, fmt.Errorf("%w: %w: scheme %q", ErrBadRef, errReference, truncate(scheme, 32))
	}
	return o.opener.resolveURL(abs.String())
}

// OpenReference implements probe.Referrer for a file of this machine: it leads to regular files in
// the same directory or below it, whatever links say, and nowhere else.
func (l *LocalFile) OpenReference(_ context.Context, ref string) (probe.Source, error) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.IsAbs() || u.Host != "" || u.RawQuery != "" || !filepath.IsLocal(filepath.FromSlash(u.Path)) {
		return nil, fmt.Errorf("%w: %q leads out of the directory of %q", errReference, truncate(redactURL(ref), 256), l.Name)
	}
	root, err := os.OpenRoot(l.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	name := filepath.FromSlash(u.Path)
	if fi, err := root.Stat(name); err != nil {
		return nil, err
	} else if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a regular file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	child := &LocalFile{f: f, size: fi.Size(), dir: filepath.Join(l.dir, filepath.Dir(name)), spent: l.spent}
	child.Name, child.LastModified = filepath.Base(name), fi.ModTime()
	return child, nil
}

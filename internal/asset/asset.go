// Package asset keeps media assets: objects that an account registered once, with what is known of them.
// Registering starts a job that probes the object; what it finds is kept with the asset for as long as the
// asset is, also when the job is long gone.
package asset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/store"
)

// What can be wrong.
var (
	ErrNotFound       = errors.New("media asset not found")
	ErrReferenceTaken = errors.New("another media asset has this reference id")
	ErrBusy           = errors.New("media asset is being changed by somebody else")
)

// RegisteredError says that a URL stands for an asset already.
type RegisteredError struct{ ID string }

func (e *RegisteredError) Error() string { return fmt.Sprintf("registered as media asset %q", e.ID) }

// Status is how far an asset is.
type Status string

// The statuses.
const (
	Preparing   Status = "Preparing"
	PrepareFail Status = "PrepareFail"
	Normal      Status = "Normal"
)

// Asset is a registered object.
type Asset struct {
	ID        string        `json:"id"` // 32 lower-case hexadecimal digits
	Account   job.AccountID `json:"-"`
	URL       string        `json:"url"` // as registered
	JobID     job.ID        `json:"job"`
	Reference string        `json:"reference,omitzero"`
	Labels
	Status   Status    `json:"status"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`

	Result  *job.Result  `json:"-"`               // once Normal, where it was asked for
	Engine  string       `json:"engine,omitzero"` // that found it
	Failure *job.Failure `json:"failure,omitempty"`

	version int64
}

// Labels are what people say about an asset.
type Labels struct {
	MediaType    string   `json:"media_type,omitzero"`
	BusinessType string   `json:"business_type,omitzero"`
	Title        string   `json:"title,omitzero"`
	Description  string   `json:"description,omitzero"`
	Tags         []string `json:"tags,omitempty"`
	CoverURL     string   `json:"cover_url,omitzero"`
	UserData     string   `json:"user_data,omitzero"`
	Category     string   `json:"category,omitzero"`
	CategoryID   int64    `json:"category_id,omitzero"`
	Source       string   `json:"source,omitzero"` // where it came from: "oss", "url"
}

// Config is what a Manager works with.
type Config struct {
	Store  store.Records // required
	Queue  *queue.Queue  // required
	Sealer Sealer        // required: URLs may grant access, and are not to be read where they are stored
	// Key makes of a URL what is the same for all spellings of it; required.
	Key func(url string) string
	Now func() time.Time
	Log *slog.Logger
}

// Sealer encrypts texts, each for a name.
type Sealer interface {
	Seal(name, secret string) []byte
	Open(name string, sealed []byte) (string, error)
}

// Manager knows the assets of all accounts. It is safe for concurrent use.
type Manager struct{ cfg Config }

// New returns a Manager.
func New(c Config) *Manager {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Manager{c}
}

const (
	kind          = "asset"
	kindResult    = "asset-result"
	kindReference = "asset-reference"
	tries         = 5      // at a change that others make too
	mostScanned   = 10_000 // assets that one filtered list looks at
	scanPage      = 500
)

// Registration asks for an asset.
type Registration struct {
	ID        string // 32 hexadecimal digits made before, or "" for a new one
	URL       string
	Reference string
	Labels
	Overwrite     bool   // an asset of the same URL is deleted first
	NotifyAddress string // that is told when it is ready, besides where the account's events go
	RequestID     string
}

// Register makes an asset and starts the job that probes it. *RegisteredError when the URL stands for
// another one, ErrReferenceTaken. Registering once more under the same ID returns what is there.
func (m *Manager) Register(ctx context.Context, account job.AccountID, r Registration) (Asset, error) {
	if r.ID == "" {
		r.ID = m.cfg.Queue.NewID().String()
	} else if a, err := m.get(ctx, account, r.ID); err == nil {
		if a.Status == Preparing {
			err = m.start(ctx, &a, r)
		}
		return a, err
	}
	now := m.cfg.Now().UTC()
	a := Asset{ID: r.ID, Account: account, URL: r.URL, JobID: m.cfg.Queue.NewID(), Reference: r.Reference, Labels: r.Labels,
		Status: Preparing, Created: now, Modified: now}
	if a.Title == "" {
		a.Title = now.Format("2006-01-02 15:04:05")
	}
	for range tries {
		if r.Overwrite { // first, for its reference may be the new one's
			if err := m.deleteURL(ctx, account, r.URL); err != nil {
				return a, err
			}
		}
		err := m.insert(ctx, &a)
		var there *RegisteredError
		if errors.As(err, &there) && r.Overwrite || errors.Is(err, ErrBusy) {
			continue
		}
		if err != nil {
			return a, err
		}
		if err := m.start(ctx, &a, r); err != nil {
			// Nothing is left behind by what is refused, so that the same call may be made again.
			_ = m.Delete(context.WithoutCancel(ctx), account, a.ID)
			return a, err
		}
		return a, nil
	}
	return a, ErrBusy
}

// deleteURL deletes the asset of a URL, if there is one.
func (m *Manager) deleteURL(ctx context.Context, account job.AccountID, url string) error {
	old, err := m.cfg.Store.FindRecord(ctx, account, kind, m.alias(url))
	if err == nil {
		err = m.Delete(ctx, account, old.ID)
	}
	if errors.Is(err, store.ErrRecordNotFound) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// insert stores a new asset. Its reference is taken first, and given back when the rest fails.
func (m *Manager) insert(ctx context.Context, a *Asset) error {
	if a.Reference != "" {
		_, err := m.cfg.Store.PutRecord(ctx, store.Record{Account: a.Account, Kind: kindReference, ID: a.Reference, Created: a.Created, Body: []byte(a.ID)})
		if errors.Is(err, store.ErrRecordExists) {
			return fmt.Errorf("reference %q: %w", a.Reference, ErrReferenceTaken)
		}
		if err != nil {
			return err
		}
	}
	err := m.put(ctx, a)
	if err != nil && a.Reference != "" {
		_ = m.cfg.Store.DeleteRecord(ctx, a.Account, kindReference, a.Reference)
	}
	if !errors.Is(err, store.ErrRecordExists) {
		return err
	}
	old, ferr := m.cfg.Store.FindRecord(ctx, a.Account, kind, m.alias(a.URL))
	if errors.Is(ferr, store.ErrRecordNotFound) {
		return ErrBusy
	}
	if ferr != nil {
		return ferr
	}
	return &RegisteredError{old.ID}
}

// put writes an asset at its version.
func (m *Manager) put(ctx context.Context, a *Asset) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("media asset %q: %w", a.ID, err)
	}
	v, err := m.cfg.Store.PutRecord(ctx, store.Record{Account: a.Account, Kind: kind, ID: a.ID, Alias: m.alias(a.URL), Created: a.Created,
		Version: a.version, Body: m.cfg.Sealer.Seal(sealedName(a.Account, a.ID), string(body))})
	if err == nil {
		a.version = v
	}
	return err
}

// alias is by what an asset's URL is found: the same for all spellings, and no way back to it.
func (m *Manager) alias(url string) string {
	sum := sha256.Sum256([]byte(m.cfg.Key(url)))
	return hex.EncodeToString(sum[:])
}

func sealedName(account job.AccountID, id string) string {
	return "media asset " + strconv.FormatInt(int64(account), 10) + "/" + id
}

// start submits the asset's job; again does nothing.
func (m *Manager) start(ctx context.Context, a *Asset, r Registration) error {
	_, err := m.cfg.Queue.SubmitOnce(ctx, a.Account, a.JobID, job.Spec{
		Name: a.Title, UserData: a.UserData, Input: job.Input{Type: job.InputMedia, Media: a.ID}, Async: true,
		Trigger: "WorkFlow", Registers: a.ID, RequestID: r.RequestID, NotifyAddress: r.NotifyAddress,
	})
	return err
}

// Get returns an asset with its result.
func (m *Manager) Get(ctx context.Context, account job.AccountID, id string) (Asset, error) {
	a, err := m.get(ctx, account, id)
	if err != nil {
		return a, err
	}
	if a.Status == Preparing {
		if err := m.catchUp(ctx, &a); err != nil {
			return a, err
		}
	}
	if a.Status == Normal && a.Result == nil {
		err = m.result(ctx, &a)
	}
	return a, err
}

// URL returns where an asset's object lies.
func (m *Manager) URL(ctx context.Context, account job.AccountID, id string) (string, error) {
	a, err := m.get(ctx, account, id)
	return a.URL, err
}

// Find returns the asset of a URL.
func (m *Manager) Find(ctx context.Context, account job.AccountID, url string) (Asset, error) {
	r, err := m.cfg.Store.FindRecord(ctx, account, kind, m.alias(url))
	if errors.Is(err, store.ErrRecordNotFound) {
		return Asset{}, fmt.Errorf("media asset of a URL: %w", ErrNotFound)
	}
	if err != nil {
		return Asset{}, err
	}
	return m.Get(ctx, account, r.ID)
}

func (m *Manager) get(ctx context.Context, account job.AccountID, id string) (Asset, error) {
	r, err := m.cfg.Store.GetRecord(ctx, account, kind, id)
	if errors.Is(err, store.ErrRecordNotFound) {
		err = fmt.Errorf("media asset %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return Asset{}, err
	}
	return m.decode(&r)
}

func (m *Manager) decode(r *store.Record) (a Asset, err error) {
	text, err := m.cfg.Sealer.Open(sealedName(r.Account, r.ID), r.Body)
	if err == nil {
		err = json.Unmarshal([]byte(text), &a)
	}
	if err != nil {
		return a, fmt.Errorf("media asset %q: %w", r.ID, err)
	}
	a.Account, a.version = r.Account, r.Version
	return a, nil
}

func (m *Manager) result(ctx context.Context, a *Asset) error {
	r, err := m.cfg.Store.GetRecord(ctx, a.Account, kindResult, a.ID)
	if err != nil {
		return err
	}
	a.Result = new(job.Result)
	return json.Unmarshal(r.Body, a.Result)
}

// catchUp looks what became of the asset's job: it ended while nobody was told, or was never submitted.
func (m *Manager) catchUp(ctx context.Context, a *Asset) error {
	j, err := m.cfg.Queue.Get(ctx, a.Account, a.JobID)
	switch {
	case errors.Is(err, job.ErrNotFound):
		return m.start(ctx, a, Registration{})
	case err != nil || !j.State.Terminal():
		return err
	}
	return m.settle(ctx, a, j)
}

// Ended keeps what a job found with the asset that it registered. It is the queue's to call.
func (m *Manager) Ended(ctx context.Context, j *job.Job) {
	if j.Spec.Registers == "" {
		return
	}
	a, err := m.get(ctx, j.Account, j.Spec.Registers)
	if err == nil && a.JobID == j.ID {
		err = m.settle(ctx, &a, j)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		m.cfg.Log.Error("keep what was found of a media asset; it is done when it is next asked for", "account", j.Account, "job", j.ID, "err", err)
	}
}

func (m *Manager) settle(ctx context.Context, a *Asset, j *job.Job) error {
	if j.State == job.Succeeded {
		body, err := json.Marshal(j.Result)
		if err != nil {
			return fmt.Errorf("media asset %q: %w", a.ID, err)
		}
		_, err = m.cfg.Store.PutRecord(ctx, store.Record{Account: a.Account, Kind: kindResult, ID: a.ID, Created: m.cfg.Now().UTC(), Body: body})
		if err != nil && !errors.Is(err, store.ErrRecordExists) {
			return err
		}
	}
	is, err := m.Change(ctx, a.Account, a.ID, func(a *Asset) error {
		a.Status, a.Failure, a.Engine = Normal, j.Failure, j.Run.Engine
		if j.State != job.Succeeded {
			a.Status = PrepareFail
		}
		return nil
	})
	if err != nil {
		return err
	}
	*a = is
	a.Result = j.Result
	return nil
}

// Change alters an asset. What f sets is stored unless it returns an error; f may be called again.
func (m *Manager) Change(ctx context.Context, account job.AccountID, id string, f func(a *Asset) error) (Asset, error) {
	for range tries {
		a, err := m.get(ctx, account, id)
		if err != nil {
			return a, err
		}
		reference := a.Reference
		if err := f(&a); err != nil {
			return a, err
		}
		if a.Reference != reference {
			if err := m.moveReference(ctx, &a, reference); err != nil {
				return a, err
			}
		}
		a.Modified = m.cfg.Now().UTC()
		err = m.put(ctx, &a)
		if !errors.Is(err, store.ErrRecordNotFound) {
			return a, err
		}
	}
	return Asset{}, ErrBusy
}

func (m *Manager) moveReference(ctx context.Context, a *Asset, old string) error {
	_, err := m.cfg.Store.PutRecord(ctx, store.Record{Account: a.Account, Kind: kindReference, ID: a.Reference, Created: m.cfg.Now().UTC(), Body: []byte(a.ID)})
	if errors.Is(err, store.ErrRecordExists) {
		has, gerr := m.cfg.Store.GetRecord(ctx, a.Account, kindReference, a.Reference)
		if gerr != nil || string(has.Body) != a.ID {
			return fmt.Errorf("reference %q: %w", a.Reference, ErrReferenceTaken)
		}
		err = nil
	}
	if err == nil && old != "" {
		err = m.cfg.Store.DeleteRecord(ctx, a.Account, kindReference, old)
		if errors.Is(err, store.ErrRecordNotFound) { // a try before this one took it away
			err = nil
		}
	}
	return err
}

// Delete removes an asset and what is known of it. The object itself is left alone.
func (m *Manager) Delete(ctx context.Context, account job.AccountID, id string) error {
	a, err := m.get(ctx, account, id)
	if err != nil {
		return err
	}
	if err := m.cfg.Store.DeleteRecord(ctx, account, kind, id); err != nil {
		if errors.Is(err, store.ErrRecordNotFound) {
			err = fmt.Errorf("media asset %q: %w", id, ErrNotFound)
		}
		return err
	}
	if a.Reference != "" {
		err = m.cfg.Store.DeleteRecord(ctx, account, kindReference, a.Reference)
	}
	rerr := m.cfg.Store.DeleteRecord(ctx, account, kindResult, id)
	for _, err := range []error{err, rerr} {
		if err != nil && !errors.Is(err, store.ErrRecordNotFound) {
			return err
		}
	}
	return nil
}

// AddTags adds tags that are not there yet.
func (a *Asset) AddTags(tags []string) {
	for _, t := range tags {
		if !slices.Contains(a.Tags, t) {
			a.Tags = append(a.Tags, t)
		}
	}
}

package asset

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Filter chooses assets. Zero fields do not restrict.
type Filter struct {
	MediaType, BusinessType, Source string
	Status                          Status
	ID                              string
	After, Until                    time.Time // created after the one, and not after the other
	Oldest                          bool      // oldest first
	Limit                           int
	Cursor                          string // of List's answer
}

func (f *Filter) plain() bool {
	return f.MediaType == "" && f.BusinessType == "" && f.Source == "" && f.Status == "" && f.ID == "" && f.After.IsZero() && f.Until.IsZero()
}

func (f *Filter) takes(a *Asset) bool {
	return (f.MediaType == "" || a.MediaType == f.MediaType) && (f.BusinessType == "" || a.BusinessType == f.BusinessType) &&
		(f.Source == "" || a.Source == f.Source) && (f.Status == "" || a.Status == f.Status) && (f.ID == "" || a.ID == f.ID)
}

// List returns a page of assets without results, how many there are in all, and the cursor of the next page,
// "" on the last. With a filter, the number counts among the first 10,000 of the account.
func (m *Manager) List(ctx context.Context, account job.AccountID, f Filter) (page []Asset, total int, next string, err error) {
	records := store.RecordFilter{Newest: !f.Oldest, Limit: scanPage}
	if !f.After.IsZero() {
		records.From = f.After.Add(time.Microsecond)
	}
	records.To = f.Until
	if f.plain() {
		if total, err = m.cfg.Store.CountRecords(ctx, account, kind); err != nil {
			return nil, 0, "", err
		}
	}
	cursor, err := readCursor(f.Cursor)
	if err != nil {
		return nil, 0, "", err
	}
	if f.plain() {
		records.After = cursor
	}
	found := 0
	for scanned := 0; scanned < mostScanned; {
		rows, err := m.cfg.Store.ListRecords(ctx, account, kind, records)
		if err != nil {
			return nil, 0, "", err
		}
		for i := range rows {
			a, err := m.decode(&rows[i])
			if err != nil {
				return nil, 0, "", err
			}
			if !f.takes(&a) {
				continue
			}
			found++
			switch {
			case cursor != nil && !past(&rows[i], cursor, records.Newest):
			case len(page) < f.Limit:
				page = append(page, a)
			case next == "":
				last := &page[f.Limit-1]
				next = strconv.FormatInt(last.Created.UnixMicro(), 36) + "." + last.ID
			}
		}
		if scanned += len(rows); len(rows) < scanPage || f.plain() && next != "" {
			break
		}
		records.After = &rows[len(rows)-1]
	}
	if !f.plain() {
		total = found
	}
	for i := range page { // what has just ended shows as it is
		if page[i].Status == Preparing {
			if err := m.catchUp(ctx, &page[i]); err != nil {
				return nil, 0, "", err
			}
		}
		if page[i].Status == Normal {
			if err := m.result(ctx, &page[i]); err != nil && !errors.Is(err, store.ErrRecordNotFound) {
				return nil, 0, "", err
			}
		}
	}
	return page, total, next, nil
}

// ErrBadCursor says that a cursor is not one of List's.
var ErrBadCursor = errors.New("malformed cursor of media assets")

// readCursor reads where a page ended; nil for the first page. It holds a time and an id, so that it works
// also when that asset is gone.
func readCursor(s string) (*store.Record, error) {
	if s == "" {
		return nil, nil
	}
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 36, 64)
	if err != nil || len(id) != 32 {
		return nil, ErrBadCursor
	}
	return &store.Record{Created: time.UnixMicro(n).UTC(), ID: id}, nil
}

// past says whether r comes after the cursor.
func past(r, cursor *store.Record, newest bool) bool {
	c := cmp.Or(r.Created.Compare(cursor.Created), strings.Compare(r.ID, cursor.ID))
	return newest && c < 0 || !newest && c > 0
}

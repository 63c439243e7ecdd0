package callback

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Settings say where the events of an account go.
type Settings struct {
	URL     string   `json:"url,omitzero"`    // http or https
	Queue   string   `json:"queue,omitzero"`  // the name of one
	Kind    string   `json:"kind,omitzero"`   // as it was set: "HTTP" or "MNS"
	Events  []string `json:"events,omitzero"` // empty means all
	Signed  bool     `json:"signed,omitzero"` // with the vendor's signature too
	AuthKey string   `json:"key,omitzero"`    // of that signature
}

// Wants says whether events of a kind are asked for.
func (s *Settings) Wants(event string) bool {
	return s.Address() != "" && (len(s.Events) == 0 || slices.Contains(s.Events, event))
}

// Address is where events go: a URL or the name of a queue; "" is nowhere.
func (s *Settings) Address() string {
	if s.Kind == "MNS" {
		return s.Queue
	}
	return s.URL
}

// Sealer keeps settings from being read where they are stored, and makes keys of its own.
type Sealer interface {
	Seal(name, secret string) []byte
	Open(name string, sealed []byte) (string, error)
	Derive(purpose string) []byte
}

func sealedName(account job.AccountID) string {
	return "callback of " + strconv.FormatInt(int64(account), 10)
}

// sealedTarget starts a target that is sealed: one whose address holds a query, which may be a secret.
const sealedTarget = "sealed:"

func targetName(account job.AccountID) string {
	return "callback target of " + strconv.FormatInt(int64(account), 10)
}

// Target is how the address of a message is stored.
func (d *Deliverer) Target(account job.AccountID, address string) string {
	if !strings.Contains(address, "?") {
		return address
	}
	return sealedTarget + base64.RawStdEncoding.EncodeToString(d.cfg.Sealer.Seal(targetName(account), address))
}

// address opens what Target made.
func (d *Deliverer) address(account job.AccountID, target string) (string, error) {
	text, ok := strings.CutPrefix(target, sealedTarget)
	if !ok {
		return target, nil
	}
	sealed, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("callback target: %w", err)
	}
	return d.cfg.Sealer.Open(targetName(account), sealed)
}

// SetSettings stores where the events of an account go. It holds for messages that are sent from now on.
func (d *Deliverer) SetSettings(ctx context.Context, account job.AccountID, s Settings) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	if err := d.cfg.Store.SetCallback(ctx, account, d.cfg.Sealer.Seal(sealedName(account), string(b)), d.cfg.Now()); err != nil {
		return err
	}
	d.settings.put(account, &s, d.cfg.Now())
	return nil
}

// Settings returns where the events of an account go; the zero value when nobody said.
func (d *Deliverer) Settings(ctx context.Context, account job.AccountID) (Settings, error) {
	if s := d.settings.get(account, d.cfg.Now()); s != nil {
		return *s, nil
	}
	sealed, err := d.cfg.Store.GetCallback(ctx, account)
	if err != nil {
		return Settings{}, err
	}
	var s Settings
	if sealed != nil {
		text, err := d.cfg.Sealer.Open(sealedName(account), sealed)
		if err == nil {
			err = json.Unmarshal([]byte(text), &s)
		}
		if err != nil {
			return Settings{}, fmt.Errorf("callback settings of account %d: %w", account, err)
		}
	}
	d.settings.put(account, &s, d.cfg.Now())
	return s, nil
}

// Secret is the account's secret of Standard Webhooks.
func (d *Deliverer) Secret(account job.AccountID) []byte {
	return d.cfg.Sealer.Derive("webhook secret of account " + strconv.FormatInt(int64(account), 10))
}

// State is what became of a delivery.
type State string

// The states.
const (
	Pending   State = "Pending"
	Delivered State = "Delivered"
	Dead      State = "Dead"
)

var states = []State{store.MessagePending: Pending, store.MessageDelivered: Delivered, store.MessageDead: Dead}

// Delivery is a message and what became of it so far.
type Delivery struct {
	No       int64
	ID       string // that receivers see
	Job      job.ID
	Target   string
	State    State
	Attempts int
	Last     string // what the last try came to
	Created  time.Time
	Next     time.Time // of the next try; zero unless pending
	Ended    time.Time // zero while pending
	Body     []byte
}

// List returns up to limit deliveries of an account after a number, oldest first, in a state or in any.
func (d *Deliverer) List(ctx context.Context, account job.AccountID, state State, after int64, limit int) ([]Delivery, error) {
	f := store.MessageFilter{After: after, Limit: limit}
	if i := slices.Index(states, state); i >= 0 {
		f.States = []store.MessageState{store.MessageState(i)}
	}
	found, err := d.cfg.Store.Messages(ctx, account, f)
	if err != nil {
		return nil, err
	}
	list := make([]Delivery, len(found))
	for i := range found {
		m := &found[i]
		if m.Target, err = d.address(account, m.Target); err != nil {
			return nil, err
		}
		list[i] = Delivery{No: m.No, ID: messageID(m), Job: m.JobID, Target: m.Target, State: states[m.State], Attempts: m.Attempts,
			Last: m.Last, Created: m.Created, Next: m.Next, Ended: m.Ended, Body: m.Body}
	}
	return list, nil
}

// Replay makes a delivery start anew. job.ErrMessageNotFound when the account has none of that number.
func (d *Deliverer) Replay(ctx context.Context, account job.AccountID, no int64) error {
	err := d.cfg.Store.ReplayMessage(ctx, account, no, d.cfg.Now())
	if err == nil {
		d.Wake()
	}
	return err
}

// fresh is how long settings are believed without reading them again: other nodes may set them.
const fresh = 2 * time.Second

// Package store is the contract that every database driver fulfils. It holds no rules: what a
// priority means, who is next and how often to retry is decided in package queue.
//
// Every method that takes a slice is one transaction, and may share that transaction with
// other calls made at the same time. When a method returns without error its effect is on
// stable storage. Methods are safe for concurrent use. Errors that mean something to callers
// are the sentinels of package job and this one; every other error is a fault of the database.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
)

// Sentinels of the store itself.
var (
	ErrKeyNotFound = errors.New("access key not found")
	ErrKeyExists   = errors.New("access key exists")

	ErrRecordNotFound = errors.New("record not found")
	ErrRecordExists   = errors.New("record exists")

	ErrJobExists = errors.New("job exists")
	ErrNodeGone  = errors.New("node is not registered or its lease ended")
	ErrClosed    = errors.New("store is closed")
	ErrUnsafe    = errors.New("database settings do not keep acknowledged writes")
)

// Store keeps jobs, pipelines, keys and nonces.
type Store interface {
	Jobs
	Pipelines
	Nodes
	Outbox
	Keys
	Records

	// Check reads the durability settings back and fails with ErrUnsafe when they are too weak.
	Check(ctx context.Context) (Settings, error)
	Close() error
}

// Settings is what Check found, for people to read.
type Settings struct {
	Engine  string            // "sqlite", "postgres"
	Version string            // of the database
	Values  map[string]string // setting name to value
}

// Jobs moves jobs from open to done.
type Jobs interface {
	// Submit inserts jobs as ready. Results are in the order of jobs; one bad row fails alone:
	// ErrJobExists for an id of the account that is open or done, job.ErrPipelineNotFound for
	// a pipeline that is not the account's.
	Submit(ctx context.Context, jobs []NewJob) ([]error, error)

	// SubmitAll inserts all jobs as ready, or none: the first that Submit would refuse ends it.
	SubmitAll(ctx context.Context, jobs []NewJob) error

	// Ready lists pipelines that are active and hold at least one ready job.
	Ready(ctx context.Context) ([]ReadyPipeline, error)

	// Claim takes up to max ready jobs for node: from each wanted pipeline at most its quota,
	// larger priority first, then older id. Pipelines paused meanwhile give nothing. Each
	// claim raises the job's attempt, which is its fencing number. Results are in the order of
	// the quotas, then of service. ErrNodeGone when the node's life ended before c.Now.
	Claim(ctx context.Context, c ClaimRequest) ([]Claimed, error)

	// Complete moves running jobs to done with their outcome and outbox rows, each only if
	// node still holds that attempt. The result says which were accepted; false is fenced out.
	Complete(ctx context.Context, node int64, done []Completion) ([]bool, error)

	// Retry puts running jobs back, not to be claimed before a time; fenced like Complete.
	Retry(ctx context.Context, node int64, jobs []Retry) ([]bool, error)

	// Release puts claimed jobs that were never started back as they were: ready, and with
	// the attempt not counted. Jobs no longer held by node are left alone.
	Release(ctx context.Context, node int64, jobs []Key) error

	// Cancel ends jobs that are ready or wait for a retry; Attempt is not looked at. The result says
	// which were ended: a job that runs, has ended or is not the account's is left alone.
	Cancel(ctx context.Context, done []Completion) ([]bool, error)

	// Wake makes jobs ready whose Retry time has come. It returns how many.
	Wake(ctx context.Context, now time.Time) (int, error)

	// Rescue puts back running jobs whose node is gone or whose deadline passed, at most limit.
	// Jobs that already had maxAttempts are returned instead as held by node, to be failed;
	// their attempt is not raised, and they are returned again until somebody completes them.
	Rescue(ctx context.Context, node int64, now time.Time, maxAttempts, limit int) (rescued int, spent []Claimed, err error)

	// Get returns one job, open or done. job.ErrNotFound when the account has no such job.
	Get(ctx context.Context, account job.AccountID, id job.ID) (Row, error)

	// List returns up to limit jobs after the cursor, in the order of the filter, from one
	// snapshot. The cursor is the last id seen; zero starts at the beginning. A job that ends
	// between two pages is neither repeated nor skipped.
	List(ctx context.Context, account job.AccountID, f job.Filter, cursor job.ID, limit int) ([]Row, error)

	// Prune deletes up to limit jobs that finished before t. It never touches open jobs.
	Prune(ctx context.Context, t time.Time, limit int) (int, error)

	// Depth counts open jobs by state, over all accounts.
	Depth(ctx context.Context) (ready, running, waiting int64, err error)
}

// Key names a claimed job with its fencing number.
type Key struct {
	Account job.AccountID
	ID      job.ID
	Attempt int
}

// NewJob is a job to insert. Spec is opaque to the store.
type NewJob struct {
	Account    job.AccountID
	ID         job.ID
	PipelineNo int64
	Priority   job.Priority
	Name       string
	Spec       []byte
}

// ReadyPipeline is a pipeline with work.
type ReadyPipeline struct {
	No      int64
	Account job.AccountID
	Weight  job.Priority
}

// Quota is how many jobs may be taken from a pipeline now.
type Quota struct {
	PipelineNo int64
	Max        int
}

// ClaimRequest asks for work.
type ClaimRequest struct {
	Node     int64
	Want     []Quota // in the order in which the pipelines are served
	Max      int     // over all pipelines
	Now      time.Time
	Deadline time.Time // after which the job counts as lost even if the node lives
}

// Claimed is a job that the node now holds.
type Claimed struct {
	Key
	PipelineNo int64
	Priority   job.Priority
	Spec       []byte
}

// Completion ends a job. State is terminal; Outcome is opaque to the store.
type Completion struct {
	Key
	State    job.State
	Finished time.Time
	Outcome  []byte
	Outbox   []Message
}

// Retry puts a job back for later.
type Retry struct {
	Key
	NotBefore time.Time
}

// Message is a callback to send, written in the transaction that ends its job.
type Message struct {
	Target string // URL or queue name
	Body   []byte // opaque to the store; may be empty
}

// Row is a stored job. Outcome is nil while the job is open.
type Row struct {
	Account  job.AccountID
	ID       job.ID
	State    job.State
	Attempt  int
	Finished time.Time
	Spec     []byte
	Outcome  []byte
}

// Pipelines keeps the named queues.
type Pipelines interface {
	// CreatePipeline inserts p and returns it with its No. A second default pipeline of one
	// account is not made: the existing one is returned.
	CreatePipeline(ctx context.Context, p job.Pipeline) (job.Pipeline, error)
	// GetPipeline returns one; id "" means the account's default pipeline.
	GetPipeline(ctx context.Context, account job.AccountID, id string) (job.Pipeline, error)
	// ListPipelines returns all of an account, oldest first.
	ListPipelines(ctx context.Context, account job.AccountID) ([]job.Pipeline, error)
	UpdatePipeline(ctx context.Context, account job.AccountID, id string, u job.PipelineUpdate, now time.Time) error
	// DeletePipeline fails with job.ErrPipelineBusy while open jobs name it and with
	// job.ErrPipelineDefault for the default one.
	DeletePipeline(ctx context.Context, account job.AccountID, id string) error
}

// Nodes keeps who is alive.
type Nodes interface {
	// RegisterNode makes a new node, alive until n.Until, and returns its number; n.No is not
	// looked at. A store that only one process can open ends every other node's life first.
	RegisterNode(ctx context.Context, n Node) (int64, error)
	// Heartbeat extends a node's life. ErrNodeGone when it already ended.
	Heartbeat(ctx context.Context, node int64, now, until time.Time) error
	// RemoveNode ends a node's life.
	RemoveNode(ctx context.Context, node int64) error
	// ListNodes returns the nodes whose life has not ended at now, oldest first.
	ListNodes(ctx context.Context, now time.Time) ([]Node, error)
}

// Node is a process that works on the store.
type Node struct {
	No      int64
	Name    string // of the machine, as it calls itself
	Roles   string // comma list of what it does
	Version string // of the program
	Workers int    // jobs that it runs at one time
	Started time.Time
	Until   time.Time // end of its life unless a heartbeat extends it
}

// Shared is a Store that other processes have open too.
type Shared interface {
	Store
	// Watch sets what is called, in a goroutine of its own, when another process may have brought
	// News. Calls come late or not at all when the connection is lost: look at times anyhow.
	Watch(f func(News))
	// Clock tells the time of the database, which all processes agree on, to some milliseconds.
	Clock() time.Time
}

// News is what another process may have brought, as a set.
type News uint8

// The kinds of news.
const (
	NewsJobs     News = 1 << iota // ready jobs
	NewsMessages                  // pending messages
	NewsEnds                      // jobs that have ended
)

// Outbox keeps callbacks until they are delivered or given up, and where they go.
type Outbox interface {
	// Messages returns up to limit messages of an account after the number, oldest first, in
	// the given states, or in any.
	Messages(ctx context.Context, account job.AccountID, f MessageFilter) ([]StoredMessage, error)
	// TakeMessages returns up to limit pending messages, of all accounts, that are due, those
	// due longest first, and holds them until the given time: nobody else takes them before.
	TakeMessages(ctx context.Context, now, until time.Time, limit int) ([]StoredMessage, error)
	// SettleMessages records what became of messages, each only while it is pending.
	SettleMessages(ctx context.Context, settled []Settlement) error
	// NextMessage returns when the next pending message is due; false when there is none.
	NextMessage(ctx context.Context) (time.Time, bool, error)
	// ReplayMessage makes a message pending again, with no attempts, due at now.
	// job.ErrMessageNotFound when the account has none of that number.
	ReplayMessage(ctx context.Context, account job.AccountID, no int64, now time.Time) error
	// PruneMessages deletes up to limit messages of a state that ended before t.
	PruneMessages(ctx context.Context, state MessageState, t time.Time, limit int) (int, error)

	// SetCallback stores where an account's events go. The bytes are opaque to the store.
	SetCallback(ctx context.Context, account job.AccountID, sealed []byte, now time.Time) error
	// GetCallback returns what SetCallback stored, nil when nothing was.
	GetCallback(ctx context.Context, account job.AccountID) ([]byte, error)
}

// MessageState says what became of a message.
type MessageState uint8

// The states of a message. Delivered and dead ones may be replayed.
const (
	MessagePending MessageState = iota
	MessageDelivered
	MessageDead
)

// MessageFilter chooses messages.
type MessageFilter struct {
	States []MessageState // empty means all
	After  int64          // the last number seen
	Limit  int
}

// StoredMessage is a Message with its identity and what became of it so far.
type StoredMessage struct {
	No      int64
	Account job.AccountID
	JobID   job.ID
	Created time.Time
	Message

	State    MessageState
	Attempts int
	Next     time.Time // while pending: not before
	Ended    time.Time // zero while pending
	Last     string    // what the last attempt came to
}

// Settlement is what became of a message after an attempt, or without one.
type Settlement struct {
	No       int64
	State    MessageState
	Attempts int
	Next     time.Time // for pending ones
	Ended    time.Time // for others
	Last     string
}

// Records keeps the small documents of accounts: media assets, storages, users, policies and what else
// is looked up by name rather than scheduled. Every method names the account, so that nobody finds
// somebody else's.
type Records interface {
	// PutRecord stores r. With Version 0 it must be new: ErrRecordExists when its ID or its Alias is
	// taken. Otherwise it replaces the record of that Version: ErrRecordNotFound when there is none,
	// which is also what a replacement that came too late gets. It returns the new Version.
	PutRecord(ctx context.Context, r Record) (int64, error)
	// GetRecord returns the record of an id; ErrRecordNotFound. Expired records are still found.
	GetRecord(ctx context.Context, account job.AccountID, kind, id string) (Record, error)
	// FindRecord returns the record of an alias; ErrRecordNotFound.
	FindRecord(ctx context.Context, account job.AccountID, kind, alias string) (Record, error)
	// ListRecords returns records in the order of their creation, then of their id.
	ListRecords(ctx context.Context, account job.AccountID, kind string, f RecordFilter) ([]Record, error)
	// CountRecords returns how many an account has of a kind.
	CountRecords(ctx context.Context, account job.AccountID, kind string) (int, error)
	// DeleteRecord removes a record; ErrRecordNotFound.
	DeleteRecord(ctx context.Context, account job.AccountID, kind, id string) error
	// PruneRecords deletes up to limit records, of all accounts, that expired before t.
	PruneRecords(ctx context.Context, t time.Time, limit int) (int, error)
}

// Record is a document of an account. Body is opaque to the store.
type Record struct {
	Account job.AccountID
	Kind    string
	ID      string // unique in account and kind
	Alias   string // unique too, unless ""
	Created time.Time
	Expires time.Time // zero means never
	Version int64     // raised by each PutRecord
	Body    []byte
}

// RecordFilter chooses records and the page of them.
type RecordFilter struct {
	From, To time.Time // created at or after, and at or before; zero does not restrict
	Newest   bool      // newest first
	// After is the last record of the page before, of which Created and ID count.
	After *Record
	Limit int
}

// Keys keeps access keys and the nonces used with them.
type Keys interface {
	CreateKey(ctx context.Context, k AccessKey) error // ErrKeyExists
	GetKey(ctx context.Context, id string) (AccessKey, error)
	ListKeys(ctx context.Context, account job.AccountID) ([]AccessKey, error)
	SetKeyActive(ctx context.Context, account job.AccountID, id string, active bool) error
	DeleteKey(ctx context.Context, account job.AccountID, id string) error

	// UseNonces records nonces until they expire. The result says which were new: of any
	// number of calls with one nonce, at most one ever gets true.
	UseNonces(ctx context.Context, nonces []Nonce) ([]bool, error)
	// PruneNonces forgets up to limit expired nonces.
	PruneNonces(ctx context.Context, now time.Time, limit int) (int, error)
}

// AccessKey is a credential. Sealed is the secret, encrypted outside the store.
type AccessKey struct {
	ID      string
	Account job.AccountID
	Sealed  []byte
	Active  bool
	Created time.Time
	Note    string
	User    string // whose of the account's users it is; "" is the account itself
}

// Nonce is a number used once with a key.
type Nonce struct {
	KeyID   string
	Value   string
	Expires time.Time
}

-- Times are microseconds since the Unix epoch; ids are 16 bytes in order of time.

CREATE TABLE pipeline (
  pipeline_no INTEGER PRIMARY KEY AUTOINCREMENT, -- short key for the claim index, never used again
  account     INTEGER NOT NULL,
  pipeline_id TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  speed       TEXT    NOT NULL,
  state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 2), -- 1 active, 2 paused
  priority    INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
  is_default  INTEGER NOT NULL CHECK (is_default BETWEEN 0 AND 1),
  created_us  INTEGER NOT NULL,
  modified_us INTEGER NOT NULL,
  UNIQUE (account, pipeline_id)
) STRICT;
CREATE UNIQUE INDEX pipeline_default ON pipeline (account) WHERE is_default = 1;

CREATE TABLE node (
  node_no        INTEGER PRIMARY KEY AUTOINCREMENT, -- half of the fencing token, never used again
  name           TEXT    NOT NULL,
  started_us     INTEGER NOT NULL,
  alive_until_us INTEGER NOT NULL
) STRICT;

-- Only unfinished jobs, so that every index here stays small however long the history is.
CREATE TABLE job_open (
  row_no        INTEGER PRIMARY KEY,
  account       INTEGER NOT NULL,
  job_id        BLOB    NOT NULL CHECK (length(job_id) = 16),
  pipeline_no   INTEGER NOT NULL,
  priority      INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
  run_state     INTEGER NOT NULL DEFAULT 0, -- 0 ready, 1 running, 2 waiting for a retry
  attempt       INTEGER NOT NULL DEFAULT 0,
  lease_owner   INTEGER, -- node_no, while running
  deadline_us   INTEGER, -- while running
  not_before_us INTEGER, -- while waiting
  name          TEXT    NOT NULL,
  spec          BLOB    NOT NULL,
  UNIQUE (account, job_id)
) STRICT;
CREATE INDEX job_open_ready   ON job_open (pipeline_no, priority DESC, job_id) WHERE run_state = 0;
CREATE INDEX job_open_running ON job_open (lease_owner, deadline_us)           WHERE run_state = 1;
CREATE INDEX job_open_waiting ON job_open (not_before_us)                      WHERE run_state = 2;

-- Append-only history: rows are inserted, and deleted by retention, never updated.
CREATE TABLE job_done (
  row_no      INTEGER PRIMARY KEY,
  account     INTEGER NOT NULL,
  job_id      BLOB    NOT NULL,
  pipeline_no INTEGER NOT NULL,
  priority    INTEGER NOT NULL,
  state       INTEGER NOT NULL CHECK (state BETWEEN 3 AND 5), -- succeeded, failed, cancelled
  attempt     INTEGER NOT NULL,
  finished_us INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  spec        BLOB    NOT NULL,
  outcome     BLOB    NOT NULL,
  UNIQUE (account, job_id)
) STRICT;
CREATE INDEX job_done_state    ON job_done (account, state, job_id);
CREATE INDEX job_done_finished ON job_done (finished_us);

CREATE TABLE outbox (
  outbox_no  INTEGER PRIMARY KEY AUTOINCREMENT,
  account    INTEGER NOT NULL,
  job_id     BLOB    NOT NULL,
  created_us INTEGER NOT NULL,
  target     TEXT    NOT NULL CHECK (target <> ''),
  body       BLOB    NOT NULL
) STRICT;
CREATE INDEX outbox_account ON outbox (account, outbox_no);

CREATE TABLE access_key (
  key_id     TEXT    PRIMARY KEY,
  account    INTEGER NOT NULL,
  sealed     BLOB    NOT NULL,
  active     INTEGER NOT NULL CHECK (active BETWEEN 0 AND 1),
  created_us INTEGER NOT NULL,
  note       TEXT    NOT NULL
) STRICT;
CREATE INDEX access_key_account ON access_key (account, created_us, key_id);

CREATE TABLE nonce (
  key_id     TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  expires_us INTEGER NOT NULL,
  PRIMARY KEY (key_id, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonce_expires ON nonce (expires_us);

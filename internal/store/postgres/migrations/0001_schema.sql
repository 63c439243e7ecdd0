-- needs: 1
-- Times are microseconds since the Unix epoch; ids are in order of time.

CREATE TABLE pipeline (
  pipeline_no bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- short key for the claim index, never used again
  account     bigint   NOT NULL,
  pipeline_id text     COLLATE "C" NOT NULL,
  name        text     COLLATE "C" NOT NULL,
  speed       text     COLLATE "C" NOT NULL,
  state       smallint NOT NULL CHECK (state BETWEEN 1 AND 2), -- 1 active, 2 paused
  priority    smallint NOT NULL CHECK (priority BETWEEN 1 AND 10),
  is_default  boolean  NOT NULL,
  created_us  bigint   NOT NULL,
  modified_us bigint   NOT NULL,
  UNIQUE (account, pipeline_id)
);
CREATE UNIQUE INDEX pipeline_default ON pipeline (account) WHERE is_default;

CREATE TABLE node (
  node_no        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- half of the fencing token, never used again
  name           text    COLLATE "C" NOT NULL,
  roles          text    COLLATE "C" NOT NULL, -- comma list
  version        text    COLLATE "C" NOT NULL,
  workers        integer NOT NULL,
  started_us     bigint  NOT NULL,
  alive_until_us bigint  NOT NULL
);

-- Only unfinished jobs, so that every index here stays small however long the history is. Rows
-- live for moments: the nodes vacuum the table themselves and statistics of it would only mislead.
CREATE TABLE job_open (
  account       bigint   NOT NULL,
  job_id        uuid     NOT NULL,
  pipeline_no   bigint   NOT NULL,
  priority      smallint NOT NULL CHECK (priority BETWEEN 1 AND 10),
  run_state     smallint NOT NULL DEFAULT 0, -- 0 ready, 1 running, 2 waiting for a retry
  attempt       integer  NOT NULL DEFAULT 0,
  lease_owner   bigint, -- node_no, while running
  deadline_us   bigint, -- while running
  claim_no      bigint, -- while running: which call claimed it
  not_before_us bigint, -- while waiting
  name          text     COLLATE "C" NOT NULL,
  spec          bytea    NOT NULL,
  PRIMARY KEY (account, job_id)
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_threshold = 2000000000, vacuum_truncate = off
);
CREATE INDEX job_open_ready   ON job_open (pipeline_no, priority DESC, job_id) WHERE run_state = 0;
CREATE INDEX job_open_running ON job_open (lease_owner, deadline_us)           WHERE run_state = 1;
CREATE INDEX job_open_waiting ON job_open (not_before_us)                      WHERE run_state = 2;

-- Append-only history: rows are inserted, and deleted by retention, never updated. Outcomes come
-- compressed, so the server is not to try again; whole rows stay in one place up to a page.
CREATE TABLE job_done (
  account     bigint   NOT NULL,
  job_id      uuid     NOT NULL,
  pipeline_no bigint   NOT NULL,
  priority    smallint NOT NULL,
  state       smallint NOT NULL CHECK (state BETWEEN 3 AND 5), -- succeeded, failed, cancelled
  attempt     integer  NOT NULL,
  finished_us bigint   NOT NULL,
  name        text     COLLATE "C" NOT NULL,
  spec        bytea    NOT NULL,
  outcome     bytea    NOT NULL,
  PRIMARY KEY (account, job_id)
) WITH (toast_tuple_target = 8160);
ALTER TABLE job_done ALTER COLUMN spec SET STORAGE EXTERNAL, ALTER COLUMN outcome SET STORAGE EXTERNAL;
CREATE INDEX job_done_state    ON job_done (account, state, job_id);
CREATE INDEX job_done_finished ON job_done (finished_us);

CREATE TABLE outbox (
  outbox_no  bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account    bigint   NOT NULL,
  job_id     uuid     NOT NULL,
  created_us bigint   NOT NULL,
  target     text     COLLATE "C" NOT NULL CHECK (target <> ''),
  body       bytea    NOT NULL,
  state      smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2), -- 0 pending, 1 delivered, 2 dead
  attempts   integer  NOT NULL DEFAULT 0,
  next_us    bigint   NOT NULL DEFAULT 0, -- not before, while pending; one that is held has it ahead
  ended_us   bigint   NOT NULL DEFAULT 0, -- when delivered or given up
  last       text     COLLATE "C" NOT NULL DEFAULT '' -- what the last attempt came to
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX outbox_account ON outbox (account, outbox_no);
CREATE INDEX outbox_due     ON outbox (next_us, outbox_no) WHERE state = 0;
CREATE INDEX outbox_ended   ON outbox (state, ended_us)    WHERE state <> 0;

-- Where an account's events go. Sealed holds the key that signs them.
CREATE TABLE callback (
  account     bigint PRIMARY KEY,
  sealed      bytea  NOT NULL,
  modified_us bigint NOT NULL
);

CREATE TABLE access_key (
  key_id     text    COLLATE "C" PRIMARY KEY,
  account    bigint  NOT NULL,
  sealed     bytea   NOT NULL,
  active     boolean NOT NULL,
  created_us bigint  NOT NULL,
  note       text    COLLATE "C" NOT NULL,
  user_name  text    COLLATE "C" NOT NULL -- '' is the account itself
);
CREATE INDEX access_key_account ON access_key (account, created_us, key_id);

CREATE TABLE nonce (
  key_id     text   COLLATE "C" NOT NULL,
  value      text   COLLATE "C" NOT NULL,
  expires_us bigint NOT NULL,
  use_no     bigint NOT NULL, -- which call recorded it
  PRIMARY KEY (key_id, value)
);
CREATE INDEX nonce_expires ON nonce (expires_us);

-- Documents of accounts that are looked up by name rather than scheduled.
CREATE TABLE record (
  account    bigint NOT NULL,
  kind       text   COLLATE "C" NOT NULL,
  record_id  text   COLLATE "C" NOT NULL,
  alias      text   COLLATE "C" NOT NULL,
  created_us bigint NOT NULL,
  expires_us bigint NOT NULL, -- 0 is never
  version    bigint NOT NULL,
  body       bytea  NOT NULL,
  PRIMARY KEY (account, kind, record_id)
);
CREATE UNIQUE INDEX record_alias   ON record (account, kind, alias) WHERE alias <> '';
CREATE INDEX        record_created ON record (account, kind, created_us, record_id);
CREATE INDEX        record_expires ON record (expires_us) WHERE expires_us <> 0;

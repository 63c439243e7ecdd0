-- Deliveries of callbacks. A message that is held is one whose next time lies ahead.

ALTER TABLE outbox ADD COLUMN state    INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2); -- 0 pending, 1 delivered, 2 dead
ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next_us  INTEGER NOT NULL DEFAULT 0; -- not before, while pending
ALTER TABLE outbox ADD COLUMN ended_us INTEGER NOT NULL DEFAULT 0; -- when delivered or given up
ALTER TABLE outbox ADD COLUMN last     TEXT    NOT NULL DEFAULT ''; -- what the last attempt came to
CREATE INDEX outbox_due   ON outbox (next_us, outbox_no)  WHERE state = 0;
CREATE INDEX outbox_ended ON outbox (state, ended_us)     WHERE state <> 0;

-- Where an account's events go. Sealed holds the key that signs them.
CREATE TABLE callback (
  account     INTEGER PRIMARY KEY,
  sealed      BLOB    NOT NULL,
  modified_us INTEGER NOT NULL
) STRICT;

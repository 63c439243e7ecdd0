-- Documents of accounts that are looked up by name rather than scheduled, and the users of accounts.

CREATE TABLE record (
  row_no     INTEGER PRIMARY KEY,
  account    INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  record_id  TEXT    NOT NULL,
  alias      TEXT    NOT NULL,
  created_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL, -- 0 is never
  version    INTEGER NOT NULL,
  body       BLOB    NOT NULL,
  UNIQUE (account, kind, record_id)
) STRICT;
CREATE UNIQUE INDEX record_alias   ON record (account, kind, alias) WHERE alias <> '';
CREATE INDEX        record_created ON record (account, kind, created_us, record_id);
CREATE INDEX        record_expires ON record (expires_us) WHERE expires_us <> 0;

ALTER TABLE access_key ADD COLUMN user_name TEXT NOT NULL DEFAULT ''; -- '' is the account itself

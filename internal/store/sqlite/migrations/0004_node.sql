-- What a node does, for people who look after several.

ALTER TABLE node ADD COLUMN roles   TEXT    NOT NULL DEFAULT ''; -- comma list
ALTER TABLE node ADD COLUMN version TEXT    NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN workers INTEGER NOT NULL DEFAULT 0;

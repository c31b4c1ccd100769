-- Schema 2: epochs, published heads apart from durable ones, what derives from an entry, retention,
-- cosigned checkpoints.
ALTER TABLE logs ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
-- Size of the head that the checkpoint is about: it may lie behind the durable one for a moment.
ALTER TABLE logs ADD COLUMN published BIGINT NOT NULL DEFAULT 0;
UPDATE logs SET published = size WHERE checkpoint <> '';

-- Entries of schema 1 have no writes: what derives from them is not covered by their leaves.
ALTER TABLE entries ADD COLUMN writes TEXT;
ALTER TABLE entries ADD COLUMN revisions TEXT;
ALTER TABLE entries ADD COLUMN keep_until BIGINT;
CREATE INDEX entries_due ON entries (keep_until, log, idx) WHERE keep_until IS NOT NULL AND body IS NOT NULL;

-- The same table, except that json is NULL once the content is destroyed.
CREATE TABLE documents_2 (
    family    TEXT NOT NULL,
    id        TEXT NOT NULL,
    revision  BIGINT NOT NULL,
    latest    BOOLEAN NOT NULL,
    tag       TEXT NOT NULL,
    sort      BIGINT NOT NULL,
    json      TEXT,
    entry_log TEXT,
    entry_idx BIGINT,
    PRIMARY KEY (family, id, revision)
) WITHOUT ROWID;
INSERT INTO documents_2 (family, id, revision, latest, tag, sort, json, entry_log, entry_idx)
    SELECT family, id, revision, latest, tag, sort, json, entry_log, entry_idx FROM documents;
DROP TABLE documents;
ALTER TABLE documents_2 RENAME TO documents;
CREATE INDEX documents_latest ON documents (family, tag, sort) WHERE latest;
-- For destroying what derives from an entry.
CREATE INDEX documents_entry ON documents (entry_log, entry_idx) WHERE entry_log IS NOT NULL;

ALTER TABLE outbox ADD COLUMN entry_log TEXT;
ALTER TABLE outbox ADD COLUMN entry_idx BIGINT;

CREATE TABLE cosigned (
    log   TEXT NOT NULL REFERENCES logs (name),
    size  BIGINT NOT NULL,
    grade TEXT NOT NULL,
    root  BLOB NOT NULL,
    note  TEXT NOT NULL,
    PRIMARY KEY (log, size, grade)
) WITHOUT ROWID;

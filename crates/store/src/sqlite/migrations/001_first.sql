-- Schema 1. Portable column types only, so that the same tables stand on PostgreSQL.
CREATE TABLE logs (
    name       TEXT PRIMARY KEY,
    origin     TEXT NOT NULL,
    size       BIGINT NOT NULL,
    root       BLOB NOT NULL,
    -- Signed over (size, root) after they are durable; empty between commit and signature.
    checkpoint TEXT NOT NULL
);
CREATE TABLE entries (
    log  TEXT NOT NULL REFERENCES logs (name),
    idx  BIGINT NOT NULL,
    leaf BLOB NOT NULL,
    -- Salt and body are destroyed together at the retention date; the leaf stays.
    salt BLOB,
    body TEXT,
    PRIMARY KEY (log, idx)
) WITHOUT ROWID;
CREATE TABLE tiles (
    log    TEXT NOT NULL REFERENCES logs (name),
    level  INTEGER NOT NULL,
    idx    BIGINT NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (log, level, idx)
) WITHOUT ROWID;
CREATE TABLE documents (
    family    TEXT NOT NULL,
    id        TEXT NOT NULL,
    revision  BIGINT NOT NULL,
    latest    BOOLEAN NOT NULL,
    tag       TEXT NOT NULL,
    sort      BIGINT NOT NULL,
    json      TEXT NOT NULL,
    entry_log TEXT,
    entry_idx BIGINT,
    PRIMARY KEY (family, id, revision)
) WITHOUT ROWID;
CREATE INDEX documents_latest ON documents (family, tag, sort) WHERE latest;
CREATE TABLE outbox (
    peer       TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    blob       BLOB NOT NULL,
    due_ms     BIGINT NOT NULL,
    attempts   INTEGER NOT NULL,
    delivered  BOOLEAN NOT NULL,
    last_error TEXT,
    PRIMARY KEY (peer, seq)
) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (peer, seq) WHERE NOT delivered;
CREATE TABLE blobs (
    hash  BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
);

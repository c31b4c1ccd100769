-- The tables of src/table.rs. Text compares by its bytes (collation "C"), as it does in SQLite, so
-- that both databases sort alike. There are no foreign keys: the one writer knows its logs, and a
-- look-up for every entry would cost more than the entry.
CREATE TABLE logs (
    name       TEXT COLLATE "C" PRIMARY KEY,
    origin     TEXT COLLATE "C" NOT NULL,
    epoch      BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    -- The newest published checkpoint, of this head or an older one, and its size; empty before the
    -- first.
    published  BIGINT NOT NULL,
    checkpoint TEXT COLLATE "C" NOT NULL
);
CREATE TABLE entries (
    log        TEXT COLLATE "C" NOT NULL,
    idx        BIGINT NOT NULL,
    leaf       BYTEA NOT NULL,
    -- Destroyed together at the retention date; the leaf stays.
    salt       BYTEA,
    body       TEXT COLLATE "C",
    writes     TEXT COLLATE "C",
    revisions  TEXT COLLATE "C",
    keep_until BIGINT,
    PRIMARY KEY (log, idx)
);
CREATE INDEX entries_expiring ON entries (keep_until, log, idx)
    WHERE keep_until IS NOT NULL AND body IS NOT NULL;
CREATE TABLE tiles (
    log    TEXT COLLATE "C" NOT NULL,
    level  BIGINT NOT NULL,
    idx    BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (log, level, idx)
);
-- Hashes do not compress; not trying saves time at every commit.
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE documents (
    family    TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    revision  BIGINT NOT NULL,
    latest    BOOLEAN NOT NULL,
    tag       TEXT COLLATE "C" NOT NULL,
    sort      BIGINT NOT NULL,
    json      TEXT COLLATE "C",
    entry_log TEXT COLLATE "C",
    entry_idx BIGINT,
    PRIMARY KEY (family, id, revision)
);
CREATE INDEX documents_latest ON documents (family, tag, sort) WHERE latest;
CREATE INDEX documents_derived ON documents (entry_log, entry_idx);
CREATE TABLE outbox (
    peer       TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    blob       BYTEA NOT NULL,
    due_ms     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    delivered  BOOLEAN NOT NULL,
    last_error TEXT COLLATE "C",
    entry_log  TEXT COLLATE "C",
    entry_idx  BIGINT,
    PRIMARY KEY (peer, seq)
);
CREATE INDEX outbox_waiting ON outbox (peer, seq) WHERE NOT delivered;
CREATE TABLE blobs (
    hash  BYTEA PRIMARY KEY,
    bytes BYTEA NOT NULL
);
-- Blobs are sealed: they do not compress either.
ALTER TABLE blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE cosigned (
    log   TEXT COLLATE "C" NOT NULL,
    size  BIGINT NOT NULL,
    grade TEXT COLLATE "C" NOT NULL,
    root  BYTEA NOT NULL,
    note  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (log, size, grade)
);
-- Not data of the node: which transaction of each writing connection was the last to be committed.
-- A writer whose connection broke during a commit learns here what became of it.
CREATE TABLE writers (
    id      TEXT COLLATE "C" PRIMARY KEY,
    turn    BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);

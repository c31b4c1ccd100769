//! The tables as every engine has them: names, columns, keys. For dump and load, which know no
//! engine, and for an engine's own tables, which must have exactly these columns.

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One row a log.
    Logs,
    /// The entries of all logs.
    Entries,
    /// The tiles of all logs.
    Tiles,
    /// Document revisions.
    Documents,
    /// Messages to deliver, delivered ones too.
    Outbox,
    /// Bytes named by their hash.
    Blobs,
    /// Checkpoints with cosignatures.
    Cosigned,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 64-bit signed.
    Integer,
    /// True or false.
    Boolean,
    /// UTF-8.
    Text,
    /// Any bytes.
    Bytes,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// The value of one column in one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// NULL.
    Null,
    /// 64-bit signed.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// UTF-8.
    Text(String),
    /// Any bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Boolean(_) => 1,
            Self::Integer(_) => 8,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether the cell may stand in a column.
    #[must_use]
    pub fn fits(&self, column: &Column) -> bool {
        match self {
            Self::Null => column.nullable,
            Self::Integer(_) => column.kind == Kind::Integer,
            Self::Boolean(_) => column.kind == Kind::Boolean,
            Self::Text(_) => column.kind == Kind::Text,
            Self::Bytes(_) => column.kind == Kind::Bytes,
        }
    }
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: false,
    }
}

const fn nullable(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        nullable: true,
    }
}

const LOGS: &[Column] = &[
    column("name", Kind::Text),
    column("origin", Kind::Text),
    column("epoch", Kind::Integer),
    column("size", Kind::Integer),
    column("root", Kind::Bytes),
    column("published", Kind::Integer),
    column("checkpoint", Kind::Text),
];
const ENTRIES: &[Column] = &[
    column("log", Kind::Text),
    column("idx", Kind::Integer),
    column("leaf", Kind::Bytes),
    nullable("salt", Kind::Bytes),
    nullable("body", Kind::Text),
    nullable("writes", Kind::Text),
    nullable("revisions", Kind::Text),
    nullable("keep_until", Kind::Integer),
];
const TILES: &[Column] = &[
    column("log", Kind::Text),
    column("level", Kind::Integer),
    column("idx", Kind::Integer),
    column("hashes", Kind::Bytes),
];
const DOCUMENTS: &[Column] = &[
    column("family", Kind::Text),
    column("id", Kind::Text),
    column("revision", Kind::Integer),
    column("latest", Kind::Boolean),
    column("tag", Kind::Text),
    column("sort", Kind::Integer),
    nullable("json", Kind::Text),
    nullable("entry_log", Kind::Text),
    nullable("entry_idx", Kind::Integer),
];
const OUTBOX: &[Column] = &[
    column("peer", Kind::Text),
    column("seq", Kind::Integer),
    column("blob", Kind::Bytes),
    column("due_ms", Kind::Integer),
    column("attempts", Kind::Integer),
    column("delivered", Kind::Boolean),
    nullable("last_error", Kind::Text),
    nullable("entry_log", Kind::Text),
    nullable("entry_idx", Kind::Integer),
];
const BLOBS: &[Column] = &[column("hash", Kind::Bytes), column("bytes", Kind::Bytes)];
const COSIGNED: &[Column] = &[
    column("log", Kind::Text),
    column("size", Kind::Integer),
    column("grade", Kind::Text),
    column("root", Kind::Bytes),
    column("note", Kind::Text),
];

impl Table {
    /// All tables, each after those its rows refer to.
    pub const ALL: [Self; 7] = [
        Self::Logs,
        Self::Entries,
        Self::Tiles,
        Self::Documents,
        Self::Outbox,
        Self::Blobs,
        Self::Cosigned,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Entries => "entries",
            Self::Tiles => "tiles",
            Self::Documents => "documents",
            Self::Outbox => "outbox",
            Self::Blobs => "blobs",
            Self::Cosigned => "cosigned",
        }
    }

    /// The table of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its columns, those of the primary key first.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Logs => LOGS,
            Self::Entries => ENTRIES,
            Self::Tiles => TILES,
            Self::Documents => DOCUMENTS,
            Self::Outbox => OUTBOX,
            Self::Blobs => BLOBS,
            Self::Cosigned => COSIGNED,
        }
    }

    /// How many of the first columns are the primary key.
    #[must_use]
    pub const fn key(self) -> usize {
        match self {
            Self::Logs | Self::Blobs => 1,
            Self::Entries | Self::Outbox => 2,
            Self::Tiles | Self::Documents | Self::Cosigned => 3,
        }
    }
}

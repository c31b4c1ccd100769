//! The database over any engine: the checks of what is read, and the way to the writer.

use crate::anchor::Anchor;
use crate::batch::{Batch, Document};
use crate::board::Board;
use crate::database::{
    CommitError, Committed, Cosigned, Database, EntryRef, Head, LogSigner, LogState, OutboxRow,
    Standing, StoreError, StoredEntry,
};
use crate::engine::{CosignedRow, Engine, EntryRow, LogRow, Rows};
use crate::opening::{Opened, head_of, open_logs};
use crate::publisher::Publisher;
use crate::sequencer::{Commit, Sequencer};
use crate::tree::{damaged, edge_at, hashes_from, tile};
use crate::writer::Writer;
use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::grade::Grade;
use journal::hash::{Hash, leaf_hash, sha256};
use journal::note::Note;
use journal::tile::{TILE_WIDTH, TileId};
use std::sync::Arc;
use std::time::Duration;

/// Between commit and signature a head is durable but not yet published. A reader waits that moment
/// out rather than hand out a head that does not cover what is there.
const PUBLISHING_POLL: Duration = Duration::from_millis(5);
const PUBLISHING_POLLS: u32 = 100;

/// A database over an engine.
pub struct Store {
    engine: Arc<dyn Engine>,
    standing: Standing,
    writer: Option<Box<dyn Commit>>,
    board: Arc<Board>,
}

impl Store {
    /// Opens a database for writing.
    ///
    /// Every log in `signers` is created if it is new. `on_fatal` is called once, if a disk, the
    /// engine, the anchor or a signer fails or a writing thread panics: end the process there.
    ///
    /// If the database does not contain an anchored head it is opened for reading only; see
    /// [`Standing`].
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if tiles and head contradict; [`StoreError::NotAnchored`];
    /// [`StoreError::Anchor`].
    pub fn open(
        engine: Arc<dyn Engine>,
        anchor: Arc<dyn Anchor>,
        signers: Vec<LogSigner>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<Self, StoreError> {
        Self::with_writer(engine, anchor, signers, |writer, publisher| {
            let sequencer = Sequencer::start(writer, publisher, on_fatal);
            let sequencer = sequencer.map_err(|source| StoreError::File {
                path: "writer thread".to_owned(),
                source,
            })?;
            Ok(Box::new(sequencer))
        })
    }

    /// Opens a database for writing without threads of its own: the same commits touch disk and
    /// anchor in the same order, so that a run can be repeated. `mutant` breaks it on purpose.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[cfg(feature = "simulation")]
    pub fn open_inline(
        engine: Arc<dyn Engine>,
        anchor: Arc<dyn Anchor>,
        signers: Vec<LogSigner>,
        mutant: Option<crate::simulated::SignsBeforeCommit>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<Self, StoreError> {
        Self::with_writer(engine, anchor, signers, |mut writer, publisher| {
            writer.mutant = mutant;
            let inline = crate::sequencer::Inline::new(writer, publisher, on_fatal);
            Ok(Box::new(inline))
        })
    }

    fn with_writer(
        engine: Arc<dyn Engine>,
        anchor: Arc<dyn Anchor>,
        signers: Vec<LogSigner>,
        start: impl FnOnce(Writer, Publisher) -> Result<Box<dyn Commit>, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut connection = engine.writer()?;
        let (growing, published, heads) =
            match open_logs(connection.as_mut(), anchor.as_ref(), signers)? {
                Opened::ReadOnly(standing) => return Ok(Self::without_writer(engine, standing)),
                Opened::Writable {
                    growing,
                    published,
                    heads,
                } => (growing, published, heads),
            };
        let board = Arc::new(Board::new(heads));
        let writer = Writer::new(connection, growing, board.clone());
        let publisher = Publisher::new(engine.clone(), anchor, published, board.clone());
        Ok(Self {
            engine,
            standing: Standing::Writable,
            writer: Some(start(writer, publisher)?),
            board,
        })
    }

    /// A database to read from.
    #[must_use]
    pub fn reader(engine: Arc<dyn Engine>) -> Self {
        Self::without_writer(engine, Standing::Reader)
    }

    fn without_writer(engine: Arc<dyn Engine>, standing: Standing) -> Self {
        Self {
            engine,
            standing,
            writer: None,
            board: Arc::new(Board::default()),
        }
    }

    /// A cosigned note must be about this log's own tree, or it is evidence of something else.
    fn check_cosigned(&self, batch: &Batch) -> Result<(), StoreError> {
        for put in &batch.cosigned {
            let foreign = || {
                let log = &put.log;
                StoreError::Unfit(format!(
                    "a cosigned note is not about the tree of log {log}"
                ))
            };
            let note = Note::parse(&put.note).map_err(|_| foreign())?;
            let head = Checkpoint::parse(note.text()).map_err(|_| foreign())?;
            let mut rows = self.engine.reader()?;
            let row = rows
                .log(&put.log)?
                .ok_or_else(|| StoreError::NoSuchLog(put.log.clone()))?;
            if head.size > row.size
                || edge_at(rows.as_mut(), &put.log, head.size)?.root() != head.root
            {
                return Err(foreign());
            }
        }
        Ok(())
    }
}

impl Database for Store {
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        match (&self.writer, &self.standing) {
            (Some(writer), _) => {
                self.check_cosigned(&batch)?;
                writer.commit(batch)
            }
            (
                None,
                Standing::ReadOnly {
                    log,
                    anchored,
                    found,
                },
            ) => Err(CommitError::Store(StoreError::ReadOnly {
                log: log.clone(),
                anchored: *anchored,
                found: *found,
            })),
            (None, _) => Err(CommitError::Store(StoreError::WriterStopped)),
        }
    }

    fn standing(&self) -> Standing {
        self.standing.clone()
    }

    fn logs(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.engine.reader()?.logs()?;
        Ok(rows.into_iter().map(|row| row.log).collect())
    }

    fn log_states(&self) -> Result<Vec<LogState>, StoreError> {
        let rows = self.engine.reader()?.logs()?;
        let state = |row: LogRow| LogState {
            head: head_of(&row),
            log: row.log,
            origin: row.origin,
            epoch: row.epoch,
        };
        Ok(rows.into_iter().map(state).collect())
    }

    fn head(&self, log: &str) -> Result<Head, StoreError> {
        let mut covering = None;
        for _ in 0..PUBLISHING_POLLS {
            let (stored, durable) = stored_head(self.engine.reader()?.as_mut(), log)?;
            let covering = *covering.get_or_insert(durable);
            let newest = stored
                .into_iter()
                .chain(self.board.head(log))
                .max_by_key(|head| head.size);
            match newest {
                Some(head)
                    if head.size >= covering
                        || matches!(self.standing, Standing::ReadOnly { .. }) =>
                {
                    return Ok(head);
                }
                _ if self.writer.is_some() => self.board.wait(log, covering, PUBLISHING_POLL),
                _ => std::thread::sleep(PUBLISHING_POLL),
            }
        }
        let (stored, _) = stored_head(self.engine.reader()?.as_mut(), log)?;
        stored.ok_or_else(|| {
            damaged(
                log,
                "its head is durable but not signed; start the node, it signs at start",
            )
        })
    }

    fn entries(&self, log: &str, from: u64, to: u64) -> Result<Vec<StoredEntry>, StoreError> {
        let mut rows = self.engine.reader()?;
        let found = rows.entries(log, from, to)?;
        let mut leaf_hashes = LeafHashes::default();
        let mut entries = Vec::with_capacity(found.len());
        for row in found {
            let hash = leaf_hashes.get(rows.as_mut(), log, row.index)?;
            entries.push(checked_entry(row, hash)?);
        }
        Ok(entries)
    }

    fn tile(&self, log: &str, id: TileId, width: u16) -> Result<Vec<Hash>, StoreError> {
        tile(self.engine.reader()?.as_mut(), log, id, width)
    }

    fn document(&self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        self.engine.reader()?.document(family, id)
    }

    fn documents(&self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        self.engine.reader()?.documents(family, tag)
    }

    fn documents_as_of(
        &self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        self.engine.reader()?.documents_as_of(family, log, size)
    }

    fn revisions(&self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        self.engine.reader()?.revisions(family, id)
    }

    fn cosigned(&self, log: &str, size: u64) -> Result<Vec<Cosigned>, StoreError> {
        let rows = self.engine.reader()?.cosigned(log, size)?;
        rows.into_iter().map(cosigned).collect()
    }

    fn latest_cosigned(&self, log: &str) -> Result<Vec<Cosigned>, StoreError> {
        let rows = self.engine.reader()?.latest_cosigned(log)?;
        rows.into_iter().map(cosigned).collect()
    }

    fn expired(&self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError> {
        self.engine.reader()?.expired(now_ms, limit)
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        self.engine.snapshot()
    }

    fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = self.engine.reader()?.blob(hash)?;
        if bytes.as_ref().is_some_and(|bytes| sha256(bytes) != *hash) {
            return Err(damaged(
                "blobs",
                format!("{hash} has other bytes than its name says"),
            ));
        }
        Ok(bytes)
    }

    fn outbox_heads(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.engine.reader()?.outbox_heads()
    }

    fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.engine.reader()?.outbox()
    }
}

/// The published head as it is stored, if there is one, and the durable size. The signed text must
/// speak of this log's tree, or it is not handed out.
fn stored_head(rows: &mut dyn Rows, log: &str) -> Result<(Option<Head>, u64), StoreError> {
    let row = rows
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    if row.checkpoint.is_empty() {
        return Ok((None, row.size));
    }
    let root = if row.published == row.size {
        row.root
    } else {
        edge_at(rows, log, row.published)?.root()
    };
    let about = Checkpoint {
        origin: row.origin,
        size: row.published,
        root,
    };
    if !Note::parse(&row.checkpoint).is_ok_and(|note| note.text() == about.to_text()) {
        return Err(damaged(log, "its checkpoint is not about the stored tree"));
    }
    let head = Head {
        log: log.to_owned(),
        origin: about.origin,
        size: about.size,
        root: about.root,
        checkpoint: row.checkpoint,
    };
    Ok((Some(head), row.size))
}

fn cosigned(row: CosignedRow) -> Result<Cosigned, StoreError> {
    let grade = Grade::from_code(&row.grade).ok_or_else(|| {
        damaged(
            &row.log,
            format!("there is no evidence grade {:?}", row.grade),
        )
    })?;
    Ok(Cosigned {
        log: row.log,
        size: row.size,
        root: row.root,
        grade,
        note: row.note,
    })
}

/// The leaf hashes of the tile that was read last: neighbouring entries share it.
#[derive(Default)]
struct LeafHashes(Option<(u64, Vec<Hash>)>);

impl LeafHashes {
    fn get(
        &mut self,
        rows: &mut dyn Rows,
        log: &str,
        index: u64,
    ) -> Result<Option<Hash>, StoreError> {
        let width = u64::from(TILE_WIDTH);
        let (number, place) = (index / width, index % width);
        let hashes = match self.0.take() {
            // A partial tile may have grown since.
            Some((held, hashes)) if held == number && place < hashes.len() as u64 => hashes,
            _ => {
                let id = TileId {
                    level: 0,
                    index: number,
                };
                hashes_from(log, &rows.tile(log, id)?)?
            }
        };
        let hash = usize::try_from(place)
            .ok()
            .and_then(|place| hashes.get(place))
            .copied();
        self.0 = Some((number, hashes));
        Ok(hash)
    }
}

/// An entry that is the one in the tree, with content that is what its leaf commits to.
fn checked_entry(row: EntryRow, hash: Option<Hash>) -> Result<StoredEntry, StoreError> {
    if hash != Some(leaf_hash(&row.leaf)) {
        let what = format!("entry {} is not the one in the tree", row.index);
        return Err(damaged(&row.log, what));
    }
    Ok(StoredEntry {
        index: row.index,
        content: checked_content(&row)?,
        leaf: row.leaf,
    })
}

/// The content of an entry, checked against its leaf; nothing where it was destroyed.
pub(crate) fn checked_content(row: &EntryRow) -> Result<Option<(EntryBody, Salt)>, StoreError> {
    let EntryRow { log, index, .. } = row;
    let (salt, body) = match (&row.salt, &row.body) {
        (Some(salt), Some(body)) => (salt, body),
        (None, None) => return Ok(None),
        _ => {
            let what = format!("entry {index} has only one of salt and body");
            return Err(damaged(log, what));
        }
    };
    let salt: [u8; 32] = salt
        .as_slice()
        .try_into()
        .map_err(|_| damaged(log, format!("salt of entry {index} is not 32 bytes long")))?;
    let salt = Salt::new(salt);
    let body: EntryBody = serde_json::from_str(body)
        .map_err(|e| damaged(log, format!("body of entry {index} is not readable: {e}")))?;
    if leaf_bytes(&body, &salt) != row.leaf {
        return Err(damaged(
            log,
            format!("content of entry {index} is not what its leaf commits to"),
        ));
    }
    Ok(Some((body, salt)))
}

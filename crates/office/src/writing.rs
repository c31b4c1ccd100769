//! Writing: from values to one batch of entries and documents.

use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use journal::entry::{EntryBody, Salt};
use records::{ThreadId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Batch, Committed, Database, Document, DocumentPut, EntryRef, Expect, NewEntry};

/// Something that is filed: one document with revisions, derived from entries.
pub trait Filed: Serialize + DeserializeOwned {
    /// The family of documents.
    const FAMILY: &'static str;

    /// Its id in the family.
    fn id(&self) -> String;

    /// A short code to filter by.
    fn tag(&self) -> String {
        String::new()
    }

    /// A number to sort by.
    fn sort(&self) -> i64 {
        0
    }
}

/// Something filed, with the revision that was read.
#[derive(Debug, Clone)]
pub struct Loaded<T> {
    /// The value.
    pub value: T,
    /// Its revision; 0 where it is not filed yet.
    pub revision: i64,
    /// The entry it derives from.
    pub entry: Option<EntryRef>,
}

impl<T> Loaded<T> {
    /// A value that must not be filed yet.
    pub const fn new(value: T) -> Self {
        Self {
            value,
            revision: 0,
            entry: None,
        }
    }
}

/// Reads a document back.
///
/// # Errors
/// [`OfficeError::Unreadable`].
pub fn read_document<T: Filed>(document: Document) -> Result<Loaded<T>, OfficeError> {
    let value = serde_json::from_str(&document.json).map_err(|source| OfficeError::Unreadable {
        what: format!("{} {}", document.family, document.id),
        source,
    })?;
    Ok(Loaded {
        value,
        revision: document.revision,
        entry: document.entry,
    })
}

/// Loads the newest revision.
///
/// # Errors
/// When the database or the document cannot be read.
pub fn load<T: Filed>(database: &dyn Database, id: &str) -> Result<Option<Loaded<T>>, OfficeError> {
    database
        .document(T::FAMILY, id)?
        .map(read_document)
        .transpose()
}

/// One act on its way into the journal.
pub(crate) struct Writing<'a> {
    office: &'a Office,
    /// When the act happens.
    pub(crate) now: Timestamp,
    pub(crate) batch: Batch,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(office: &'a Office) -> Self {
        Self {
            office,
            now: office.now(),
            batch: Batch::default(),
        }
    }

    /// Adds an entry and returns its place in the batch.
    pub(crate) fn entry(
        &mut self,
        log: &str,
        kind: EntryKind,
        fields: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<usize, OfficeError> {
        let mut all: BTreeMap<String, Value> = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        all.insert("kind".to_owned(), kind.code().into());
        all.insert("time".to_owned(), self.now.to_string().into());
        let body = EntryBody::new(all).map_err(|e| OfficeError::invalid("entry", e.to_string()))?;
        let mut salt = [0; 32];
        self.office.entropy.fill(&mut salt);
        self.batch.entries.push(NewEntry {
            log: log.to_owned(),
            body,
            salt: Salt::new(salt),
            keep_until: None,
        });
        Ok(self.batch.entries.len() - 1)
    }

    /// Gives an entry that belongs to no case, and may quote what came, the time of a closed one.
    pub(crate) fn keep_like_a_case(&mut self, entry: usize) {
        let days = self.office.limits.keep_case_days;
        let until = days.map(|days| self.now.plus_seconds(i64::from(days) * 86_400).millis());
        if let Some(entry) = self.batch.entries.get_mut(entry) {
            entry.keep_until = until;
        }
    }

    /// Files a new revision, on condition that nobody else has filed one meanwhile.
    pub(crate) fn file<T: Filed>(
        &mut self,
        loaded: &Loaded<T>,
        entry: Option<usize>,
    ) -> Result<(), OfficeError> {
        let id = loaded.value.id();
        let json =
            serde_json::to_string(&loaded.value).map_err(|source| OfficeError::Unreadable {
                what: format!("{} {id}", T::FAMILY),
                source,
            })?;
        self.batch.expect.push(Expect {
            family: T::FAMILY,
            id: id.clone(),
            revision: loaded.revision,
        });
        self.batch.documents.push(DocumentPut {
            family: T::FAMILY,
            id,
            tag: loaded.value.tag(),
            sort: loaded.value.sort(),
            json,
            entry,
        });
        Ok(())
    }

    /// Commits, if the node may write at all ([`crate::standing`]).
    pub(crate) fn commit(self) -> Result<Committed, OfficeError> {
        self.office.may_write()?;
        self.commit_first()
    }

    /// Commits whatever the standing: for what decides about it.
    pub(crate) fn commit_first(self) -> Result<Committed, OfficeError> {
        Ok(self.office.database().commit(self.batch)?)
    }
}

impl Filed for crate::Case {
    const FAMILY: &'static str = "case";

    fn id(&self) -> String {
        self.thread.to_string()
    }

    fn tag(&self) -> String {
        self.stage.code().to_owned()
    }

    fn sort(&self) -> i64 {
        self.sort_key()
    }
}

impl Office {
    pub(crate) fn writing(&self) -> Writing<'_> {
        Writing::new(self)
    }

    pub(crate) fn load<T: Filed>(&self, id: &str) -> Result<Option<Loaded<T>>, OfficeError> {
        load(self.database().as_ref(), id)
    }

    pub(crate) fn load_case(&self, thread: ThreadId) -> Result<Loaded<crate::Case>, OfficeError> {
        self.load(&thread.to_string())?
            .ok_or(OfficeError::NoSuchCase(thread))
    }
}

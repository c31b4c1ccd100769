//! What belongs to a case.

use crate::attachment::AttachmentRef;
use crate::case::Case;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::writing::{Filed, read_document};
use journal::hash::Hash;
use seal::message::Message;
use std::collections::BTreeSet;
use store::EntryRef;

/// What is destroyed with a case.
pub(super) struct Plan {
    pub(super) entries: BTreeSet<EntryRef>,
    pub(super) blobs: BTreeSet<Hash>,
    /// Its files. Another case may rest on the same ones.
    pub(super) objects: BTreeSet<Hash>,
}

impl Plan {
    /// Gathers what belongs to a case; nothing while a message of it is still under way.
    pub(super) fn of(office: &Office, case: &Case) -> Result<Option<Self>, OfficeError> {
        let reader = office.reader();
        let mut plan = Self {
            entries: BTreeSet::new(),
            blobs: BTreeSet::new(),
            objects: BTreeSet::new(),
        };
        let thread = case.thread.to_string();
        for revision in office.database().revisions(Case::FAMILY, &thread)? {
            let earlier: Case = read_document(revision.clone())?.value;
            plan.entries.extend(revision.entry);
            plan.objects.extend(files_of(&earlier));
        }
        let waiting: BTreeSet<Hash> = reader.outbox()?.into_iter().map(|row| row.blob).collect();
        for sent in reader
            .sent()?
            .into_iter()
            .filter(|sent| sent.thread == case.thread)
        {
            let Some(sealed) = office.sealed_message(&sent)? else {
                continue;
            };
            if waiting.contains(&sealed) {
                return Ok(None);
            }
            plan.add_message(reader, sealed)?;
            plan.blobs.insert(sent.headers);
        }
        for taken in reader.accepted()? {
            // One that still waits for its headers stays: nobody can read it yet, and its sender is owed
            // the second receipt.
            if taken.awaits_headers() {
                continue;
            }
            if taken.thread == thread && taken.peer == case.peer {
                plan.add_message(reader, taken.sealed)?;
            }
        }
        Ok(Some(plan))
    }

    fn add_message(&mut self, reader: &Reader, sealed: Hash) -> Result<(), OfficeError> {
        if let Some(bytes) = reader.blob(&sealed)? {
            let message = Message::decode(&bytes)?;
            let parts = &message.manifest().statement().parts;
            self.objects
                .extend(parts.iter().map(|part| part.payload.sha256));
        }
        self.blobs.insert(sealed);
        Ok(())
    }
}

/// The files that any case names, or named in a revision that is kept.
pub(super) fn files_of_all_cases(office: &Office) -> Result<BTreeSet<Hash>, OfficeError> {
    let mut files = BTreeSet::new();
    for case in office.reader().cases()? {
        let id = case.thread.to_string();
        for revision in office.database().revisions(Case::FAMILY, &id)? {
            files.extend(files_of(&read_document::<Case>(revision)?.value));
        }
    }
    Ok(files)
}

/// The files that a case names.
fn files_of(case: &Case) -> Vec<Hash> {
    let draft = case.draft.iter().flat_map(|draft| &draft.attachments);
    let answer = case.answer.iter().flat_map(|answer| &answer.attachments);
    let all: Vec<&AttachmentRef> = case.attachments.iter().chain(draft).chain(answer).collect();
    all.into_iter().map(|file| file.sha256).collect()
}

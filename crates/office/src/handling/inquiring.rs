//! Parliamentary inquiries: the paper as it came in, and the answer that another officer releases.

use super::{act_fields, done};
use crate::OFFICE_LOG;
use crate::authority::{Actor, inquiry_facts};
use crate::command::Done;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded, Writing};
use journal::hash::Hash;
use policy::Action;
use records::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::BlobRef;

/// Largest paper of an inquiry, in bytes.
pub const MAX_PAPER_BYTES: usize = 32 << 20;

/// Largest result of reading a paper, in bytes of JSON.
pub const MAX_PARSED_BYTES: usize = 4 << 20;

/// Largest answer document, in bytes. It carries the evidence: complete extracts of the logs.
pub const MAX_ANSWER_BYTES: usize = 256 << 20;

/// An answer to an inquiry as filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledAnswer {
    /// The answer document, by its hash in the store.
    pub document: Hash,
    /// Who filed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Who released it, once somebody has.
    pub released_by: Option<String>,
}

/// A parliamentary inquiry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inquiry {
    /// Its number, such as `19/9523`.
    pub reference: String,
    /// The paper as it came in, by its hash in the store.
    pub source: Hash,
    /// What the parser read in it.
    pub parsed: Value,
    /// Who registered it.
    pub registered_by: String,
    /// When.
    pub registered: Timestamp,
    /// Its answer, once one is filed.
    pub answer: Option<FiledAnswer>,
}

impl Filed for Inquiry {
    const FAMILY: &'static str = "inquiry";

    fn id(&self) -> String {
        self.reference.clone()
    }

    fn tag(&self) -> String {
        match &self.answer {
            None => "open",
            Some(answer) if answer.released_by.is_none() => "filed",
            Some(_) => "released",
        }
        .to_owned()
    }

    fn sort(&self) -> i64 {
        self.registered.millis()
    }
}

impl Office {
    pub(crate) fn register_inquiry(
        &self,
        actor: &Actor,
        reference: &str,
        source: &[u8],
        parsed: &Value,
    ) -> Result<Done, OfficeError> {
        let good = !reference.is_empty()
            && reference.len() <= 40
            && reference
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.'));
        if !good {
            return Err(OfficeError::invalid(
                "reference",
                "a number such as 19/9523",
            ));
        }
        check_length("source", source.len(), MAX_PAPER_BYTES)?;
        let read = serde_json::to_vec(parsed).map_or(usize::MAX, |json| json.len());
        check_length("parsed", read, MAX_PARSED_BYTES)?;
        let allowed = self.authorise(actor, Action::RegisterInquiry, inquiry_facts(None), None)?;
        if self.load::<Inquiry>(reference)?.is_some() {
            return Err(OfficeError::Exists {
                what: "inquiry",
                name: reference.to_owned(),
            });
        }
        let mut writing = self.writing();
        let blob = BlobRef::new(source.to_vec());
        let inquiry = Inquiry {
            reference: reference.to_owned(),
            source: blob.hash,
            parsed: parsed.clone(),
            registered_by: actor.name().to_owned(),
            registered: writing.now,
            answer: None,
        };
        writing.batch.blobs.push(blob);
        let mut fields = act_fields(actor, allowed);
        fields.push(("source", inquiry.source.to_string().into()));
        finish_inquiry(
            writing,
            &Loaded::new(inquiry),
            EntryKind::InquiryRegistered,
            fields,
        )
    }

    pub(crate) fn file_inquiry_answer(
        &self,
        actor: &Actor,
        reference: &str,
        document: &str,
    ) -> Result<Done, OfficeError> {
        check_length("document", document.len(), MAX_ANSWER_BYTES)?;
        let mut inquiry = self.load_inquiry(reference)?;
        let allowed = self.authorise(actor, Action::RegisterInquiry, inquiry_facts(None), None)?;
        if inquiry.value.tag() == "released" {
            return Err(OfficeError::Exists {
                what: "released answer to",
                name: reference.to_owned(),
            });
        }
        let mut writing = self.writing();
        let blob = BlobRef::new(document.as_bytes().to_vec());
        inquiry.value.answer = Some(FiledAnswer {
            document: blob.hash,
            by: actor.name().to_owned(),
            at: writing.now,
            released_by: None,
        });
        let mut fields = act_fields(actor, allowed);
        fields.push(("document", blob.hash.to_string().into()));
        writing.batch.blobs.push(blob);
        finish_inquiry(writing, &inquiry, EntryKind::InquiryAnswerFiled, fields)
    }

    pub(crate) fn release_inquiry_answer(
        &self,
        actor: &Actor,
        reference: &str,
        read: Option<&Hash>,
    ) -> Result<Done, OfficeError> {
        let mut inquiry = self.load_inquiry(reference)?;
        let nothing = || OfficeError::NoSuch {
            what: "filed answer to inquiry",
            name: reference.to_owned(),
        };
        let mut answer = inquiry.value.answer.take().ok_or_else(nothing)?;
        let facts = inquiry_facts(Some(answer.by.clone()));
        let allowed = self.authorise(actor, Action::ReleaseInquiryAnswer, facts, None)?;
        if answer.released_by.is_some() {
            return Err(OfficeError::Exists {
                what: "released answer to",
                name: reference.to_owned(),
            });
        }
        if read.is_some_and(|read| *read != answer.document) {
            return Err(OfficeError::invalid(
                "answer",
                "another document was filed after it was read; read that one and release it",
            ));
        }
        answer.released_by = Some(actor.name().to_owned());
        let mut fields = act_fields(actor, allowed);
        fields.push(("document", answer.document.to_string().into()));
        inquiry.value.answer = Some(answer);
        finish_inquiry(
            self.writing(),
            &inquiry,
            EntryKind::InquiryAnswerReleased,
            fields,
        )
    }

    fn load_inquiry(&self, reference: &str) -> Result<Loaded<Inquiry>, OfficeError> {
        self.load(reference)?.ok_or_else(|| OfficeError::NoSuch {
            what: "inquiry",
            name: reference.to_owned(),
        })
    }
}

fn check_length(field: &'static str, length: usize, limit: usize) -> Result<(), OfficeError> {
    if length > limit {
        return Err(OfficeError::invalid(
            field,
            format!("at most {limit} bytes"),
        ));
    }
    Ok(())
}

fn finish_inquiry(
    mut writing: Writing<'_>,
    inquiry: &Loaded<Inquiry>,
    kind: EntryKind,
    mut fields: Vec<(&'static str, Value)>,
) -> Result<Done, OfficeError> {
    fields.push(("inquiry", inquiry.value.reference.clone().into()));
    let entry = writing.entry(OFFICE_LOG, kind, fields)?;
    writing.file(inquiry, Some(entry))?;
    done(writing)
}

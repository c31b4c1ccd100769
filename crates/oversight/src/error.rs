//! What can go wrong between a journal and an answer.

use crate::statistics::LedgerError;

/// Why evidence cannot be gathered or an answer not be composed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OversightError {
    /// The node's database cannot be read.
    #[error("the journal cannot be read")]
    Office(#[from] office::OfficeError),
    /// An exchange log cannot be counted.
    #[error("exchange log {log} cannot be counted")]
    Ledger {
        /// The log's origin.
        log: String,
        /// Why.
        source: LedgerError,
    },
    /// A checkpoint inside the evidence is malformed.
    #[error("the checkpoint of log {0} is malformed")]
    Checkpoint(String),
    /// An entry that is to hold a record holds none.
    #[error("entry {index} of the office journal holds no readable record")]
    Record {
        /// Number of the entry.
        index: u64,
        /// What is wrong, where it is JSON.
        source: Option<serde_json::Error>,
    },
    /// A binding file cannot be read.
    #[error("bindings {name}: {fault}")]
    Bindings {
        /// The file.
        name: String,
        /// What is wrong, with line and field.
        fault: String,
    },
    /// A binding names a demand that the inquiry does not have.
    #[error("bindings: inquiry has no demand {0:?}")]
    NoSuchDemand(String),
    /// A finding shows something else on the evidence that is published than on all evidence.
    #[error("the answer to {0} needs evidence that it does not cite")]
    Uncited(String),
    /// The answer cannot be written as canonical JSON.
    #[error("the answer cannot be written as canonical JSON")]
    Json(#[from] serde_json::Error),
    /// No second officer has released the answer.
    #[error("the answer to {0} was not released by a second officer, so it is not sealed")]
    NotReleased(String),
    /// What was filed is not what this program files as a draft.
    #[error("the answer filed to {0} is not a draft as this program writes it")]
    NotADraft(String),
    /// The answer cannot be sealed.
    #[error("the answer cannot be sealed")]
    Seal(#[from] seal::SealError),
    /// The page cannot be rendered.
    #[error("the page cannot be rendered")]
    Page(#[from] askama::Error),
}

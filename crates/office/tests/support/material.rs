//! What requests and answers are made of.

use office::NewAttachment;
use records::Request;
use records::answer::AnswerDraft;
use std::path::PathBuf;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/exercise")
        .join(name);
    std::fs::read(path).unwrap()
}

/// An honest request of two items that no gate stops.
pub fn honest_request() -> Request {
    serde_json::from_slice(&fixture("water-utility.request.json")).unwrap()
}

/// The answer to it, with conditions.
pub fn honest_answer() -> AnswerDraft {
    serde_json::from_slice(&fixture("water-utility.answer.json")).unwrap()
}

/// An attachment in which a person hides: the gate stops what it goes with.
pub fn hidden_person() -> NewAttachment {
    NewAttachment::inline("notes.txt", "text/plain", fixture("forum-notes.txt"))
}

pub fn attachment(name: &str, bytes: &[u8]) -> NewAttachment {
    NewAttachment::inline(name, "text/plain", bytes.to_vec())
}

/// A refusal whose ground must not show.
pub fn protected_refusal() -> AnswerDraft {
    let mut draft = honest_answer();
    draft.answer.outcome = records::vocabulary::Outcome::Refused;
    for item in &mut draft.answer.items {
        item.outcome = records::vocabulary::Outcome::Refused;
        item.text = "no information can be given".to_owned();
    }
    draft.answer.conditions = None;
    draft.ground = Some(records::vocabulary::Ground::PressPrivilege);
    draft.internal_reason = Some("INTERNAL-ONLY: the address is a journalist's".to_owned());
    draft
}

pub fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

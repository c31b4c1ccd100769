//! The exercise data must behave at the gate as the demo says it does.
#![allow(clippy::unwrap_used, missing_docs)]

use safeguard::{Attachment, NoRegistry, Screening, screen};
use std::path::PathBuf;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/exercise")
        .join(name);
    std::fs::read(path).unwrap()
}

fn screened(request: &str, attachment: Option<(&str, &str)>) -> Screening {
    let request: records::Request = serde_json::from_slice(&fixture(request)).unwrap();
    let bytes = attachment
        .map(|(name, _)| fixture(name))
        .unwrap_or_default();
    let attachments: Vec<Attachment<'_>> = attachment
        .map(|(name, media_type)| Attachment {
            name,
            media_type,
            bytes: &bytes,
        })
        .into_iter()
        .collect();
    screen(&request, &attachments, &NoRegistry)
}

const STIX: &str = "application/stix+json;version=2.1";

/// An honest request on an incident, with indicators attached, is not stopped.
#[test]
fn honest_requests_pass() {
    for screening in [
        screened(
            "water-utility.request.json",
            Some(("water-utility.stix.json", STIX)),
        ),
        screened("phishing.request.json", None),
        screened("ransomware.request.json", None),
    ] {
        assert!(!screening.blocks(), "{:#?}", screening.findings);
    }
}

/// A journalist's address hidden in an attachment stops a request, whichever side it comes from.
#[test]
fn hidden_persons_stop_a_request() {
    for (request, attachment, person) in [
        (
            "card-fraud.request.json",
            ("card-fraud.stix.json", STIX),
            "mira.tal@presse.example.org",
        ),
        (
            "forum.request.json",
            ("forum-notes.txt", "text/plain"),
            "lin.yao@blog.example.org",
        ),
    ] {
        let screening = screened(request, Some(attachment));
        assert!(screening.requires_review());
        let found = screening
            .selectors
            .iter()
            .find(|selector| selector.canonical.contains(person));
        assert!(
            found.is_some_and(|selector| selector.personal && !selector.declared),
            "{:#?}",
            screening.selectors
        );
    }
}

//! What the form for a request holds, as a command.

use super::upload::Upload;
use office::Command;
use records::request::Requester;
use records::{DeclaredSelector, Marking, Request};

/// What was entered, as a command without its files; none where a code is not one of the form's own
/// choices.
pub(crate) fn command(upload: &Upload) -> Option<Command> {
    let text = |name: &str| upload.text(name).trim().to_owned();
    let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let mut selectors = Vec::new();
    for n in 0..records::request::MAX_SELECTORS {
        let Some(value) = given(&format!("selector_value_{n}")) else {
            continue;
        };
        let kind = upload.text(&format!("selector_kind_{n}")).parse().ok()?;
        selectors.push(DeclaredSelector {
            kind,
            value,
            link: given(&format!("selector_link_{n}")),
        });
    }
    let handling = match given("handling") {
        Some(code) => Some(code.parse().ok()?),
        None => None,
    };
    let items = upload
        .text("items")
        .lines()
        .map(str::trim)
        .filter(|item| !item.is_empty());
    Some(Command::DraftRequest {
        peer: upload.text("peer").parse().ok()?,
        request: Box::new(Request {
            subject: text("subject"),
            topic: upload.text("topic").parse().ok()?,
            urgency: upload.text("urgency").parse().ok()?,
            urgency_reason: given("urgency_reason"),
            requester: Requester {
                authority: text("requester_authority"),
                unit: text("requester_unit"),
                verification_contact: text("requester_contact"),
            },
            legal_basis: text("legal_basis"),
            facts: text("facts"),
            offence: text("offence"),
            purpose: text("purpose"),
            why_held: text("why_held"),
            necessity: text("necessity"),
            items: items.map(str::to_owned).collect(),
            selectors,
            no_persecution_declared: upload.has("no_persecution"),
            language: text("language"),
            marking: Marking {
                tlp: upload.text("tlp").parse().ok()?,
                handling,
                ..Marking::amber()
            },
        }),
        attachments: Vec::new(),
    })
}

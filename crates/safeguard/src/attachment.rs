//! Attachments: what is read of them, and within which limits.
//!
//! Read are `text/*`, JSON (`application/json` and every `+json` type, STIX 2.1 among them) and
//! the names of all files. Everything else — images, PDF, archives, text that is not UTF-8 — is
//! reported as unscreenable, because what nobody has read nobody may pass on unseen.

use crate::finding::{Check, Consequence, Finding, Location, Part, Place, excerpt};
use crate::json::{Json, depth};
use crate::stix;
use std::borrow::Cow;
use std::ops::Range;

/// Largest attachment that is read, in bytes.
pub const MAX_SIZE: usize = 16 * 1024 * 1024;

/// Deepest nesting of JSON that is walked.
pub const MAX_DEPTH: usize = 64;

/// A file that goes along with a request or an answer.
#[derive(Debug, Clone, Copy)]
pub struct Attachment<'a> {
    /// Its name; it is screened too.
    pub name: &'a str,
    /// Its media type (RFC 6838), as declared by the sender.
    pub media_type: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// A text inside an attachment.
pub(crate) struct Passage<'a> {
    pub(crate) place: Place,
    pub(crate) text: Cow<'a, str>,
    /// The name of the JSON member that holds it.
    pub(crate) label: Option<&'a str>,
    /// Whether technical selectors are what such a place is made for.
    pub(crate) technical: bool,
    /// Accounts that only the structure shows: span and canonical form.
    pub(crate) accounts: Vec<(Range<usize>, String)>,
    /// Whether it is to be Base64 as a whole.
    pub(crate) payload: bool,
}

/// Walks an attachment: hands every text in it to `read`, and returns what cannot be read.
pub(crate) fn walk(attachment: &Attachment<'_>, read: &mut dyn FnMut(Passage<'_>)) -> Vec<Finding> {
    let mut findings = Vec::new();
    let media_type = media_type(attachment.media_type);
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let is_text = media_type.starts_with("text/");
    if attachment.bytes.len() > MAX_SIZE || !(is_json || is_text) {
        findings.push(finding(Check::UnscreenableAttachment, attachment));
        return findings;
    }
    let text = String::from_utf8_lossy(attachment.bytes);
    // What replaces broken characters could have been anything.
    if matches!(text, Cow::Owned(_)) || text.contains('\0') {
        findings.push(finding(Check::UnscreenableAttachment, attachment));
    }
    let body = text.trim_start_matches('\u{feff}').trim();
    // JSON that calls itself text could hide an address behind escapes.
    if is_json || body.starts_with(['{', '[']) {
        if depth(body) > MAX_DEPTH {
            findings.push(finding(Check::UnscreenableAttachment, attachment));
        } else if let Ok(json) = serde_json::from_str::<Json>(body) {
            stix::walk(
                &json,
                attachment.name,
                media_type == "application/stix+json",
                read,
            );
            return findings;
        } else if is_json {
            findings.push(finding(Check::MalformedAttachment, attachment));
        }
    }
    read(Passage {
        place: place(attachment.name),
        text,
        label: None,
        technical: false,
        accounts: Vec::new(),
        payload: false,
    });
    findings
}

/// Type and subtype in lower case, without parameters.
fn media_type(declared: &str) -> String {
    let essence = declared.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn place(name: &str) -> Place {
    Place::Attachment {
        name: name.to_owned(),
        path: None,
        part: Part::Text,
    }
}

fn finding(check: Check, attachment: &Attachment<'_>) -> Finding {
    Finding {
        check,
        location: Location::whole(place(attachment.name)),
        evidence: excerpt(attachment.media_type),
        canonical: None,
        // A file that cannot be read needs eyes; one that is broken can be sent again.
        consequence: match check {
            Check::MalformedAttachment => Consequence::ReturnIncomplete,
            _ => Consequence::HoldForReview,
        },
    }
}

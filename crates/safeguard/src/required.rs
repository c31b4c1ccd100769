//! Check M2 and M3: what a request must say before anybody can judge it.

use crate::canonical::{canonicalise, is_personal};
use crate::finding::{Check, Consequence, Finding, Location, excerpt};
use crate::host::is_suffix;
use records::Request;
use records::request::{MAX_ITEMS, MAX_SELECTORS};
use records::vocabulary::{SelectorKind, Topic, Urgency};

/// Topics agreed for the contact point (Bundestag paper 19/9523, questions 19, 22, 26 and 27),
/// and the early warning among operators that belongs to them.
const MANDATE: &[Topic] = &[
    Topic::Situation,
    Topic::Cybercrime,
    Topic::Sabotage,
    Topic::TerrorismOnline,
    Topic::OtherCriminalActsOnline,
    Topic::CriticalInfrastructure,
];

/// Least weight of the texts: a letter or digit weighs 1, a Chinese character 3, because it says
/// as much as about three letters.
const LEAST: [(&str, usize); 8] = [
    ("subject", 5),
    ("facts", 30),
    ("offence", 6),
    ("purpose", 12),
    ("why_held", 10),
    ("necessity", 10),
    ("legal_basis", 4),
    ("items", 6),
];

/// What is missing in a request.
pub(crate) fn check(request: &Request) -> Vec<Finding> {
    let mut missing = Vec::new();
    texts(request, &mut missing);
    selectors(request, &mut missing);
    if !request.no_persecution_declared {
        let place = Location::field("no_persecution_declared");
        missing.push(incomplete(Check::PersecutionDeclarationMissing, place, ""));
    }
    topic(request, &mut missing);
    missing
}

fn texts(request: &Request, missing: &mut Vec<Finding>) {
    let mut item = 0;
    for (name, text) in request.texts() {
        let field = if name == "items" {
            item += 1;
            format!("items/{}", item - 1)
        } else {
            name.to_owned()
        };
        let least = LEAST
            .iter()
            .find(|(n, _)| *n == name)
            .map_or(0, |(_, l)| *l);
        require(field, text, least, missing);
    }
    for (name, text, least) in [
        ("requester/authority", &request.requester.authority, 2),
        ("requester/unit", &request.requester.unit, 1),
        (
            "requester/verification_contact",
            &request.requester.verification_contact,
            5,
        ),
    ] {
        require(name.to_owned(), text, least, missing);
    }
    if matches!(
        request.urgency,
        Urgency::Emergency | Urgency::UrgentAtHand | Urgency::UrgentElsewhere
    ) {
        let reason = request.urgency_reason.as_deref().unwrap_or_default();
        require("urgency_reason".to_owned(), reason, 8, missing);
    }
    if request.items.is_empty() {
        missing.push(incomplete(
            Check::RequiredField,
            Location::field("items"),
            "",
        ));
    }
    if request.items.len() > MAX_ITEMS {
        missing.push(incomplete(Check::TooBroad, Location::field("items"), ""));
    }
}

fn require(field: String, text: &str, least: usize, missing: &mut Vec<Finding>) {
    if weight(text) < least {
        let mut place = Location::field(field);
        place.span = (0, text.len());
        missing.push(incomplete(Check::RequiredField, place, text));
    }
}

fn weight(text: &str) -> usize {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| if c >= '\u{2e80}' { 3 } else { 1 })
        .sum()
}

fn selectors(request: &Request, missing: &mut Vec<Finding>) {
    if request.selectors.len() > MAX_SELECTORS {
        missing.push(incomplete(
            Check::TooBroad,
            Location::field("selectors"),
            "",
        ));
    }
    for (position, declared) in request.selectors.iter().enumerate() {
        let value = declared.value.as_str();
        let mut place = Location::field(format!("selectors/{position}/value"));
        place.span = (0, value.len());
        let whole_suffix =
            declared.kind == SelectorKind::Domain && is_suffix(value.trim_start_matches("*."));
        if value.contains(['*', '?']) && declared.kind != SelectorKind::Url || whole_suffix {
            missing.push(incomplete(Check::TooBroad, place.clone(), value));
        }
        if canonicalise(declared.kind, value).is_none() {
            missing.push(incomplete(Check::UnreadableSelector, place, value));
        }
        if is_personal(declared.kind) && weight(declared.link.as_deref().unwrap_or_default()) < 8 {
            let place = Location::field(format!("selectors/{position}/link"));
            missing.push(incomplete(Check::MissingLink, place, ""));
        }
    }
}

/// A question about law or procedure touches nobody; as soon as it names a selector, people look.
fn topic(request: &Request, missing: &mut Vec<Finding>) {
    if MANDATE.contains(&request.topic) {
        return;
    }
    missing.push(Finding {
        check: Check::TopicOutsideMandate,
        location: Location::field("topic"),
        evidence: request.topic.code().to_owned(),
        canonical: None,
        consequence: if request.selectors.is_empty() {
            Consequence::Inform
        } else {
            Consequence::HoldForReview
        },
    });
}

fn incomplete(check: Check, location: Location, evidence: &str) -> Finding {
    Finding {
        check,
        location,
        evidence: excerpt(evidence),
        canonical: None,
        consequence: Consequence::ReturnIncomplete,
    }
}

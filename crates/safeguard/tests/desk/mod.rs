//! Requests to screen.
#![allow(dead_code)]

use records::answer::ItemOutcome;
use records::request::Requester;
use records::vocabulary::{Outcome, SelectorKind, Topic, Urgency};
use records::{Answer, DeclaredSelector, Marking, Request};
use safeguard::{Attachment, Check, Consequence, NoRegistry, Screening};

/// A complete request about an incident, with nothing in it to look at.
pub(crate) fn incident() -> Request {
    Request {
        subject: "Phishing against a grid operator".into(),
        topic: Topic::Cybercrime,
        urgency: Urgency::Normal,
        urgency_reason: None,
        requester: Requester {
            authority: "Kontaktstelle".into(),
            unit: "Lage".into(),
            verification_contact: "+49 30 23125 100".into(),
        },
        legal_basis: "Arrangement of 2018, Art. 3".into(),
        facts: "Seit dem 3. November werden Zugangsdaten eines Netzbetreibers abgegriffen; \
                Schaden bisher 40.000 Euro, Ort: Kassel."
            .into(),
        offence: "Computerbetrug, § 263a StGB".into(),
        purpose: "Aufklärung des Angriffs und Warnung weiterer Betreiber.".into(),
        why_held: "Die Angriffsserver stehen im Netz der Gegenseite.".into(),
        necessity: "Ohne die Auskunft lässt sich die Infrastruktur nicht abschalten.".into(),
        items: vec!["Seit wann ist der Server unter der genannten Adresse in Betrieb?".into()],
        selectors: vec![declared(SelectorKind::Ip, "192.0.2.10")],
        no_persecution_declared: true,
        language: "de".into(),
        marking: Marking::amber(),
    }
}

pub(crate) fn declared(kind: SelectorKind, value: &str) -> DeclaredSelector {
    DeclaredSelector {
        kind,
        value: value.into(),
        link: Some("controls the server named in the facts".into()),
    }
}

pub(crate) fn with_facts(text: &str) -> Request {
    let mut request = incident();
    request.facts = format!("{} {text}", request.facts);
    request
}

pub(crate) fn answer(text: &str) -> Answer {
    Answer {
        outcome: Outcome::Full,
        reason: None,
        items: vec![ItemOutcome {
            item: 1,
            outcome: Outcome::Full,
            text: text.into(),
        }],
        conditions: None,
        legal_basis: "Arrangement of 2018, Art. 3".into(),
        language: "en".into(),
        marking: Marking::amber(),
    }
}

pub(crate) fn screen(request: &Request) -> Screening {
    safeguard::screen(request, &[], &NoRegistry)
}

pub(crate) fn screen_file(media_type: &str, content: &str) -> Screening {
    let file = Attachment {
        name: "indicators.json",
        media_type,
        bytes: content.as_bytes(),
    };
    safeguard::screen(&incident(), &[file], &NoRegistry)
}

pub(crate) fn has(screening: &Screening, check: Check, consequence: Consequence) -> bool {
    screening
        .findings
        .iter()
        .any(|f| f.check == check && f.consequence == consequence)
}

pub(crate) fn holds_undeclared(screening: &Screening, canonical: &str) -> bool {
    screening.findings.iter().any(|f| {
        f.check == Check::UndeclaredSelector
            && f.consequence == Consequence::HoldForReview
            && f.canonical.as_deref() == Some(canonical)
    })
}

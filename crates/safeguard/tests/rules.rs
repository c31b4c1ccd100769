//! Required fields, word lists, breadth, answers and the registry.
#![allow(clippy::unwrap_used, missing_docs)]

mod desk;

use desk::{answer, declared, has, holds_undeclared, incident, screen};
use records::Request;
use records::vocabulary::{SelectorKind, Topic, Urgency};
use safeguard::{Canonical, Check, Consequence, NoRegistry, Place, Registry, RegistryAnswer};
use std::cell::RefCell;

/// The base of all tests here: nothing to complain about.
#[test]
fn a_complete_request_passes() {
    let screening = screen(&incident());
    assert!(!screening.blocks(), "{:?}", screening.findings);
}

/// One way to spoil a complete request.
type Change = fn(&mut Request);

/// Each missing field is named, so that the sender can complete it.
#[test]
fn missing_fields_are_returned_by_name() {
    let cases: [(&str, Change); 11] = [
        ("facts", |r| r.facts = "Terrorismus.".into()),
        ("offence", |r| r.offence.clear()),
        ("purpose", |r| r.purpose = "  \n ".into()),
        ("why_held", |r| r.why_held = "ja".into()),
        ("necessity", |r| r.necessity.clear()),
        ("legal_basis", |r| r.legal_basis.clear()),
        ("items", |r| r.items.clear()),
        ("items/1", |r| r.items.push("?".into())),
        ("requester/authority", |r| r.requester.authority.clear()),
        ("requester/verification_contact", |r| {
            r.requester.verification_contact.clear()
        }),
        ("urgency_reason", |r| r.urgency = Urgency::Emergency),
    ];
    for (field, change) in cases {
        let mut request = incident();
        change(&mut request);
        let screening = screen(&request);
        let place = Place::Field { name: field.into() };
        let named = screening.findings.iter().any(|f| {
            f.check == Check::RequiredField
                && f.location.place == place
                && f.consequence == Consequence::ReturnIncomplete
        });
        assert!(named, "{field}: {:?}", screening.findings);
    }
}

/// Chinese says in ten characters what needs thirty letters; it must not be returned as too short.
#[test]
fn short_chinese_texts_are_long_enough() {
    let mut request = incident();
    request.facts = "十一月三日，卡塞尔电网运营商遭钓鱼攻击。".into();
    request.purpose = "查明攻击来源。".into();
    assert!(!screen(&request).blocks());
}

/// Each rule about declarations, selectors and breadth.
#[test]
fn declarations_and_breadth_are_checked() {
    let cases: [(Check, Consequence, Change); 8] = [
        (
            Check::PersecutionDeclarationMissing,
            Consequence::ReturnIncomplete,
            |r| {
                r.no_persecution_declared = false;
            },
        ),
        (Check::MissingLink, Consequence::ReturnIncomplete, |r| {
            let mut selector = declared(SelectorKind::Email, "jana@example.org");
            selector.link = None;
            r.selectors.push(selector);
        }),
        (
            Check::UnreadableSelector,
            Consequence::ReturnIncomplete,
            |r| {
                r.selectors
                    .push(declared(SelectorKind::Ip, "jana@example.org"));
            },
        ),
        (Check::TooBroad, Consequence::ReturnIncomplete, |r| {
            r.selectors
                .push(declared(SelectorKind::Ip, "198.51.0.0/16"));
        }),
        (Check::TooBroad, Consequence::ReturnIncomplete, |r| {
            r.selectors.push(declared(SelectorKind::Domain, "com.cn"));
        }),
        (Check::TooBroad, Consequence::ReturnIncomplete, |r| {
            r.items.push("提供该群所有用户的信息".into());
        }),
        (
            Check::TopicOutsideMandate,
            Consequence::HoldForReview,
            |r| {
                r.topic = Topic::HumanRights;
            },
        ),
        (Check::ContentOrLocation, Consequence::HoldForReview, |r| {
            r.items.push("Standortdaten des Anschlusses".into());
        }),
    ];
    for (check, consequence, change) in cases {
        let mut request = incident();
        change(&mut request);
        let screening = screen(&request);
        assert!(
            has(&screening, check, consequence),
            "{check:?}: {:?}",
            screening.findings
        );
    }
}

/// Offences of speech and protected people are looked at by people, in three languages.
#[test]
fn speech_and_protected_people_are_held() {
    for offence in [
        "Beleidigung des Staatsoberhauptes",
        "inciting subversion",
        "涉嫌寻衅滋事罪",
    ] {
        let mut request = incident();
        request.offence = offence.into();
        let screening = screen(&request);
        assert!(
            has(&screening, Check::SpeechOffence, Consequence::HoldForReview),
            "{offence}"
        );
    }
    for word in ["der Journalistin", "a Uyghur activist", "该记者"] {
        let mut request = incident();
        request.why_held = format!("Die Gegenseite kennt das Konto: {word}");
        let screening = screen(&request);
        assert!(
            has(
                &screening,
                Check::ProtectedContext,
                Consequence::HoldForReview
            ),
            "{word}"
        );
    }
}

/// An answer must not hand over a person whom the request did not name.
#[test]
fn answers_name_only_declared_people() {
    let mut request = incident();
    request
        .selectors
        .push(declared(SelectorKind::Email, "mia@example.net"));
    let text = "mia@example.net used 198.51.100.9 together with jana@example.org";
    let screening = safeguard::screen_answer(&answer(text), &[], &request, &safeguard::NoRegistry);
    assert!(holds_undeclared(&screening, "jana@example.org"));
    assert!(!holds_undeclared(&screening, "mia@example.net"));
    let text = "mia@example.net used 198.51.100.9 since 3 November.";
    let screening = safeguard::screen_answer(&answer(text), &[], &request, &safeguard::NoRegistry);
    assert!(!screening.blocks(), "{:?}", screening.findings);
}

/// Notes down what it is asked.
#[derive(Default)]
struct Slot(RefCell<Vec<Vec<Canonical>>>);

impl Registry for Slot {
    fn ask(&self, canonical: &[Canonical]) -> RegistryAnswer {
        self.0.borrow_mut().push(canonical.to_vec());
        RegistryAnswer::SentToGuardian
    }
}

/// The registry is asked once per screening, about everything, and changes no finding.
#[test]
fn the_registry_is_asked_once_and_decides_nothing() {
    let slot = Slot::default();
    let mut request = incident();
    request.facts.push_str(" Absender: jana.m+x@gmail.com");
    let asked = safeguard::screen(&request, &[], &slot);
    let silent = safeguard::screen(&request, &[], &NoRegistry);
    assert_eq!(asked.findings, silent.findings);
    assert_eq!(asked.registry, RegistryAnswer::SentToGuardian);
    assert!(silent.names_person_without_guardian());
    let calls = slot.0.borrow();
    assert_eq!(calls.len(), 1);
    let values: Vec<_> = calls[0].iter().map(|c| c.value.as_str()).collect();
    for value in ["192.0.2.10", "jana.m+x@gmail.com", "janam@gmail.com"] {
        assert!(values.contains(&value), "{value} not in {values:?}");
    }
}

/// Many weak findings cannot crowd out a strong one, and it is said that there are more.
#[test]
fn strong_findings_survive_a_flood() {
    let flood: String = (0..1500).map(|n| format!("h{n}.example.net ")).collect();
    let file = safeguard::Attachment {
        name: "a.txt",
        media_type: "text/plain",
        bytes: &[flood.as_bytes(), b"jana@example.org"].concat(),
    };
    let screening = safeguard::screen(&incident(), &[file], &NoRegistry);
    assert!(holds_undeclared(&screening, "jana@example.org"));
    assert!(has(
        &screening,
        Check::MoreFindings,
        Consequence::ReturnIncomplete
    ));
    assert!(screening.findings.len() <= safeguard::screening::MAX_FINDINGS + 20);
}

/// Findings survive the journal, and their codes are those of the catalogues.
#[test]
fn screenings_survive_json() {
    let mut request = incident();
    request.offence = "诽谤 jana@example.org".into();
    let screening = screen(&request);
    let json = serde_json::to_value(&screening).unwrap();
    let back: safeguard::Screening = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(back, screening);
    for check in Check::ALL {
        assert_eq!(serde_json::to_value(check).unwrap(), check.code());
    }
    for consequence in Consequence::ALL {
        assert_eq!(
            serde_json::to_value(consequence).unwrap(),
            consequence.code()
        );
    }
    assert_eq!(json["findings"][0]["name"], "offence");
}

use super::*;
use crate::Body;
use crate::body::mechanism::PlanState;
use crate::body::organisation::OperationalState;
use crate::body::round::{HrTheme, Raised};
use crate::header::Certainty;
use crate::vocabulary::Side;
use std::collections::BTreeMap;

/// Promise: the delivered record imports, and nothing in it is without time, source or marking.
#[test]
fn every_record_has_source_time_and_public_marking() {
    for record in fixtures() {
        let header = &record.header;
        let id = header.id;
        assert!(!header.evidence.is_empty(), "{id} has no source");
        assert!(header.occurred.is_some(), "{id} has no time");
        assert!(header.marking.is_public(), "{id} is not public");
        if header.knowledge.certainty == Certainty::Certain {
            assert!(
                header.evidence.iter().any(|s| s.dated.is_some()),
                "{id} is certain on an undated source"
            );
        } else {
            assert!(
                header.knowledge.note.is_some(),
                "{id} does not say on whose word"
            );
        }
    }
}

/// Promise: what this product configures never passes for the record of a state.
#[test]
fn only_the_house_rules_are_exercise() {
    for input in FIXTURES {
        for record in read(input.name, input.text, input.format).unwrap() {
            let house = input.name == "house-rules.yaml";
            assert_eq!(
                record.header.exercise, house,
                "{} in {}",
                record.header.id, input.name
            );
            let rule = matches!(
                record.body,
                Body::ActivationRule(_) | Body::SafeguardRule(_)
            );
            assert_eq!(rule, house);
        }
    }
}

/// Promise: the paper's wrong date stays readable beside the one that corrects it.
#[test]
fn the_wrong_date_is_claimed_and_corrected() {
    let all = fixtures();
    let corrected = all
        .iter()
        .find(|r| r.header.knowledge.certainty == Certainty::Corrected)
        .unwrap();
    let claimed = all
        .iter()
        .find(|r| Some(r.header.id) == corrected.header.supersedes)
        .unwrap();
    let day = |text: &str| Some(text.parse().unwrap());
    assert_eq!(corrected.header.occurred, day("2016-06-13"));
    assert_eq!(claimed.header.occurred, day("2016-07-13"));
    assert_eq!(claimed.header.knowledge.certainty, Certainty::Claimed);
}

/// Promise: both contact points stand as agreed, never as working.
#[test]
fn contact_points_are_agreed_and_not_operational() {
    let all = fixtures();
    for party in ["de", "cn"] {
        let events = all.iter().filter_map(|r| match &r.body {
            Body::LifecycleEvent(event) if event.party.as_str() == party => Some(event),
            _ => None,
        });
        let state = OperationalState::from_events(events);
        assert_eq!(state, OperationalState::AgreedNotOperational);
    }
}

/// Promise: each theme of question 3 has exactly one statement; only the one near VPN says raised,
/// and none says more than a claim.
#[test]
fn each_human_rights_theme_is_stated_once() {
    let mut themes = BTreeMap::new();
    for record in fixtures() {
        if let Body::TopicStatement(statement) = &record.body
            && let Some(theme) = statement.theme
        {
            assert!(statement.human_rights);
            assert_eq!(record.header.knowledge.certainty, Certainty::Claimed);
            assert_eq!(themes.insert(theme, statement.raised), None);
        }
    }
    assert_eq!(themes.len(), HrTheme::ALL.len());
    for (theme, raised) in themes {
        let expected = if theme == HrTheme::VpnWithoutLicence {
            Raised::Raised
        } else {
            Raised::NotRaised
        };
        assert_eq!(raised, expected, "{theme}");
    }
}

/// Promise: the plan of the second round reads differently as of different dates.
#[test]
fn the_second_round_has_a_history() {
    let all = fixtures();
    let plans: Vec<_> = all
        .iter()
        .filter_map(|r| match &r.body {
            Body::PlannedRound(plan) => Some((r.header.supersedes, r.header.id, plan.state)),
            _ => None,
        })
        .collect();
    let states: Vec<_> = plans.iter().map(|p| p.2).collect();
    use PlanState::{Announced, InCoordination, Scheduled};
    assert_eq!(states, [Announced, InCoordination, Scheduled]);
    assert_eq!(plans[1].0, Some(plans[0].1));
    assert_eq!(plans[2].0, Some(plans[1].1));
}

/// Promise: what is not known of the counterpart is a record of the counterpart, not a gap.
#[test]
fn the_counterparts_unknowns_are_records() {
    let unknown: BTreeSet<&str> = fixtures()
        .iter()
        .filter(|r| r.header.side == Side::Counterpart)
        .filter(|r| r.header.knowledge.certainty == Certainty::Unknown)
        .map(|r| r.body.kind().code())
        .collect();
    let expected = [
        "knowledge-statement",
        "lifecycle-event",
        "mandate",
        "resource-statement",
    ];
    assert_eq!(unknown, BTreeSet::from(expected));
}

/// Promise: an answer can be rendered in German and in English from every record.
#[test]
fn every_subject_is_in_both_languages() {
    use crate::body::text::Language;
    for record in fixtures() {
        if let Some(subject) = record.body.subject() {
            assert!(
                subject.has(Language::German) && subject.has(Language::English),
                "{}",
                record.header.id
            );
        }
    }
}

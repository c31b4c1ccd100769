//! The embedded bundle against a second statement of the same rules.
//!
//! The oracle below is written act by act from the papers, not policy by policy, so that a slip
//! in one of the two shows as a difference. Every combination of facts is tried.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use policy::bundle::SCHEMA_NAME;
use policy::{
    Action, Bundle, CaseFacts, Guardian, InquiryFacts, NodeFacts, OfficerFacts, Outcome, Request,
    Resource, Role, Screening,
};

const ME: &str = "a.weber";
const OTHER: &str = "b.yilmaz";

/// The oracle: may this act be done?
fn expected(request: &Request) -> bool {
    let officer = &request.officer;
    let is = |role| officer.roles.contains(&role);
    if !officer.active {
        return false;
    }
    let acts = !is(Role::Controller);
    let touches_cases = acts && !is(Role::Operator);
    match (request.action, &request.resource) {
        (Action::DraftRequest | Action::SubmitRequest, Resource::Case(c)) => {
            touches_cases && is(Role::Handler) && c.own_request
        }
        (Action::WithdrawRequest, Resource::Case(c)) => {
            touches_cases && (is(Role::Handler) || is(Role::Releaser)) && c.own_request
        }
        (Action::CloseCase, Resource::Case(_)) => {
            touches_cases && (is(Role::Handler) || is(Role::Releaser))
        }
        (Action::DraftAnswer, Resource::Case(c)) => {
            touches_cases
                && is(Role::Handler)
                && !c.own_request
                && c.reviewed_by.as_deref() != Some(ME)
        }
        (Action::ReviewScreening, Resource::Case(c)) => {
            let own_work = [&c.drafted_by, &c.submitted_by]
                .into_iter()
                .flatten()
                .any(|n| n == ME);
            touches_cases && is(Role::Reviewer) && !own_work
        }
        (Action::ReleaseRequest, Resource::Case(c)) => {
            touches_cases && is(Role::Releaser) && c.own_request && four_eyes(c) && gate_open(c)
        }
        (Action::ReleaseAnswer, Resource::Case(c)) => {
            let person_looked = c.guardian != Guardian::NotAppointed || c.reviewed_by.is_some();
            touches_cases
                && is(Role::Releaser)
                && !c.own_request
                && four_eyes(c)
                && (!c.discloses_content || (gate_open(c) && person_looked))
        }
        (Action::ReadCases, Resource::Case(_) | Resource::Node(_)) => {
            !is(Role::Operator)
                && [
                    Role::Handler,
                    Role::Reviewer,
                    Role::Releaser,
                    Role::Controller,
                ]
                .into_iter()
                .any(is)
        }
        (Action::RegisterInquiry, Resource::Inquiry(_)) => acts && is(Role::Desk),
        (Action::ReleaseInquiryAnswer, Resource::Inquiry(i)) => {
            touches_cases
                && is(Role::Releaser)
                && i.drafted_by.as_ref().is_some_and(|name| name != ME)
        }
        (Action::ImportRecords, Resource::Node(_)) => acts && is(Role::Desk),
        (Action::SendPing, Resource::Node(_)) => acts && (is(Role::Handler) || is(Role::Operator)),
        (Action::AcceptPeerKeys | Action::AddOfficer, Resource::Node(_)) => {
            acts && is(Role::Operator)
        }
        (Action::MoveExerciseClock, Resource::Node(n)) => acts && is(Role::Operator) && n.exercise,
        (Action::ReadJournal, Resource::Node(_)) => !officer.roles.is_empty(),
        (Action::ReadRecords, Resource::Node(_)) => {
            officer.roles.iter().any(|role| *role != Role::Operator)
        }
        // An act on the wrong kind of thing.
        _ => false,
    }
}

fn four_eyes(c: &CaseFacts) -> bool {
    c.drafted_by.is_some()
        && [&c.drafted_by, &c.submitted_by, &c.reviewed_by]
            .into_iter()
            .flatten()
            .all(|n| n != ME)
}

fn gate_open(c: &CaseFacts) -> bool {
    matches!(c.screening, Screening::Cleared | Screening::Conditional)
        && c.findings_open == 0
        && matches!(c.guardian, Guardian::Cleared | Guardian::NotAppointed)
}

fn officer(roles: BTreeSet<Role>, active: bool) -> OfficerFacts {
    OfficerFacts {
        name: ME.into(),
        roles,
        unit: "CI 3".into(),
        active,
    }
}

fn who() -> [Option<String>; 3] {
    [None, Some(ME.into()), Some(OTHER.into())]
}

/// Every case there can be (with one number standing for "some findings").
fn all_cases() -> Vec<Resource> {
    let mut cases = Vec::new();
    let flags = [false, true];
    for drafted_by in who() {
        for submitted_by in who() {
            for reviewed_by in who() {
                for screening in Screening::ALL {
                    for guardian in Guardian::ALL {
                        for bits in 0..16_u8 {
                            let bit = |n: u8| flags[usize::from(bits >> n & 1)];
                            cases.push(Resource::Case(CaseFacts {
                                own_request: bit(0),
                                drafted_by: drafted_by.clone(),
                                submitted_by: submitted_by.clone(),
                                reviewed_by: reviewed_by.clone(),
                                screening,
                                findings_open: if bit(1) { 3 } else { 0 },
                                guardian,
                                discloses_content: bit(2),
                                exercise: bit(3),
                            }));
                        }
                    }
                }
            }
        }
    }
    cases
}

fn inquiries_and_nodes() -> Vec<Resource> {
    let inquiries = who().map(|drafted_by| Resource::Inquiry(InquiryFacts { drafted_by }));
    let nodes = [false, true].map(|exercise| Resource::Node(NodeFacts { exercise }));
    inquiries.into_iter().chain(nodes).collect()
}

fn clean_case(own_request: bool) -> CaseFacts {
    CaseFacts {
        own_request,
        drafted_by: Some(OTHER.into()),
        submitted_by: None,
        reviewed_by: Some("c.zhao".into()),
        screening: Screening::Cleared,
        findings_open: 0,
        guardian: Guardian::Cleared,
        discloses_content: true,
        exercise: false,
    }
}

fn role_sets() -> impl Iterator<Item = BTreeSet<Role>> {
    (0..1_u8 << Role::ALL.len()).map(|bits| {
        let held = Role::ALL.into_iter().enumerate();
        held.filter(|(n, _)| bits >> n & 1 == 1)
            .map(|(_, role)| role)
            .collect()
    })
}

fn works_on_cases(action: Action) -> bool {
    use Action::*;
    matches!(
        action,
        DraftRequest
            | SubmitRequest
            | WithdrawRequest
            | ReviewScreening
            | DraftAnswer
            | ReleaseRequest
            | ReleaseAnswer
            | CloseCase
            | ReadCases
    )
}

/// Every combination of case facts, for an officer who holds every role that works on cases (so
/// that only facts decide); then every combination of roles on clean and on wrong things.
fn table() -> Vec<Request> {
    let mut rows = Vec::new();
    let all = BTreeSet::from([Role::Handler, Role::Reviewer, Role::Releaser, Role::Desk]);
    for resource in all_cases() {
        for action in Action::ALL.into_iter().filter(|a| works_on_cases(*a)) {
            rows.push(Request {
                officer: officer(all.clone(), true),
                action,
                resource: resource.clone(),
            });
        }
    }
    let mut things = inquiries_and_nodes();
    things.extend([true, false].map(|own| Resource::Case(clean_case(own))));
    for roles in role_sets() {
        for active in [true, false] {
            for action in Action::ALL {
                for resource in &things {
                    let officer = officer(roles.clone(), active);
                    rows.push(Request {
                        officer,
                        action,
                        resource: resource.clone(),
                    });
                }
            }
        }
    }
    rows
}

/// Promise: the policies say what the papers say, in every situation; a refusal by a safeguard is
/// cited; and no `forbid` is superfluous: each one is the only reason in some row, and without it
/// that row would come out wrong.
#[test]
fn policies_agree_with_oracle_and_every_forbid_matters() {
    let bundle = Bundle::embedded().unwrap();
    let rows = table();
    let half = rows.len() / 2;
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| compare(&bundle, &rows[..half]));
        let second = scope.spawn(|| compare(&bundle, &rows[half..]));
        (first.join().unwrap(), second.join().unwrap())
    });
    let allowed = first.allowed + second.allowed;
    assert!(
        allowed > 1000 && allowed < half,
        "{allowed} of {} allowed",
        rows.len()
    );

    let forbids: BTreeSet<String> = bundle
        .policies()
        .filter(|p| p.outcome != Outcome::Allow)
        .map(|p| p.id.clone())
        .collect();
    assert!(!forbids.is_empty());
    let needed: BTreeSet<String> = first.needed.union(&second.needed).cloned().collect();
    assert_eq!(forbids, needed, "a forbid that no row depends on");
}

#[derive(Default)]
struct Compared {
    allowed: usize,
    /// The forbids without which some row would come out wrong.
    needed: BTreeSet<String>,
}

fn compare(bundle: &Bundle, rows: &[Request]) -> Compared {
    let mut compared = Compared::default();
    for request in rows {
        let decision = bundle.decide(request);
        assert_eq!(
            decision.allowed,
            expected(request),
            "{request:?}\n{decision:?}"
        );
        if decision.allowed {
            compared.allowed += 1;
            assert!(!decision.policies.is_empty());
            assert!(
                decision
                    .policies
                    .iter()
                    .all(|p| p.outcome == Outcome::Allow)
            );
        } else if let [only] = decision.policies.as_slice()
            && !compared.needed.contains(&only.id)
            && decides_alone(bundle, &only.id, request)
        {
            compared.needed.insert(only.id.clone());
        }
    }
    compared
}

/// Whether the request would be allowed, against the oracle, if this one policy were dropped.
fn decides_alone(bundle: &Bundle, id: &str, request: &Request) -> bool {
    let weaker = without(bundle, id);
    weaker.decide(request).allowed && !expected(request)
}

/// The bundle with one policy cut out of its text.
fn without(bundle: &Bundle, id: &str) -> Bundle {
    let marker = format!("@id(\"{id}\")");
    let mut dropped = 0;
    let mut schema = String::new();
    let mut files = Vec::new();
    for (name, text) in bundle.sources() {
        if name == SCHEMA_NAME {
            schema = text.to_owned();
            continue;
        }
        let mut text = text.to_owned();
        if let Some(start) = text.find(&marker) {
            let length = text[start..].find(";\n").unwrap() + 2;
            text.replace_range(start..start + length, "");
            dropped += 1;
        }
        files.push((name.to_owned(), text));
    }
    assert_eq!(dropped, 1, "{id}");
    Bundle::from_sources(&schema, files).unwrap()
}

/// Promise: whoever had a hand in a matter never releases it, in whatever capacity and order.
#[test]
fn nobody_releases_what_passed_through_their_own_hands() {
    let bundle = Bundle::embedded().unwrap();
    let everything = BTreeSet::from([Role::Handler, Role::Reviewer, Role::Releaser]);
    let people = [ME, OTHER, "c.zhao"];
    let mut released = 0;
    for drafter in people {
        for submitter in people {
            for reviewer in people {
                for releaser in people {
                    for own_request in [true, false] {
                        let case = CaseFacts {
                            drafted_by: Some(drafter.into()),
                            submitted_by: Some(submitter.into()),
                            reviewed_by: Some(reviewer.into()),
                            ..clean_case(own_request)
                        };
                        let action = if own_request {
                            Action::ReleaseRequest
                        } else {
                            Action::ReleaseAnswer
                        };
                        let decision = bundle.decide(&Request {
                            officer: OfficerFacts {
                                name: releaser.into(),
                                ..officer(everything.clone(), true)
                            },
                            action,
                            resource: Resource::Case(case),
                        });
                        let involved = [drafter, submitter, reviewer].contains(&releaser);
                        assert_eq!(decision.allowed, !involved);
                        if involved {
                            assert_eq!(decision.policies[0].ground.as_deref(), Some("G-FOUR-EYES"));
                        }
                        released += usize::from(decision.allowed);
                    }
                }
            }
        }
    }
    // 3 releasers x 2^3 ways to fill the other seats with the other two people x 2 sides.
    assert_eq!(released, 48);
}

/// Promise: a refusal can always be sent; safeguards delay data, they do not force silence.
#[test]
fn a_refusal_is_never_blocked_by_a_safeguard() {
    let bundle = Bundle::embedded().unwrap();
    for screening in Screening::ALL {
        for guardian in Guardian::ALL {
            let case = CaseFacts {
                screening,
                guardian,
                findings_open: 9,
                discloses_content: false,
                reviewed_by: None,
                ..clean_case(false)
            };
            let request = Request {
                officer: officer([Role::Releaser].into(), true),
                action: Action::ReleaseAnswer,
                resource: Resource::Case(case),
            };
            assert!(
                bundle.decide(&request).allowed,
                "{screening:?} {guardian:?}"
            );
        }
    }
}

/// Promise: the gravest consequence is reported, with every policy that fired.
#[test]
fn all_firing_safeguards_are_cited() {
    let case = CaseFacts {
        screening: Screening::Rejected,
        findings_open: 1,
        guardian: Guardian::Objected,
        ..clean_case(false)
    };
    let decision = Bundle::embedded().unwrap().decide(&Request {
        officer: officer([Role::Releaser].into(), true),
        action: Action::ReleaseAnswer,
        resource: Resource::Case(case),
    });
    assert_eq!(
        decision.reason_ids(),
        ["findings-open", "guardian-objected", "screening-rejected"]
    );
    assert_eq!(decision.outcome(), Some(Outcome::Refuse));
}

/// Promise: an act on the wrong kind of thing is refused and said to be a fault.
#[test]
fn wrong_kind_of_resource_is_a_fault() {
    let decision = Bundle::embedded().unwrap().decide(&Request {
        officer: officer([Role::Releaser].into(), true),
        action: Action::ReleaseAnswer,
        resource: Resource::Node(NodeFacts { exercise: true }),
    });
    assert!(!decision.allowed);
    assert_eq!(decision.outcome(), None);
    assert!(
        decision.faults[0].contains("releaseAnswer"),
        "{:?}",
        decision.faults
    );
}

/// Promise: a safeguard that fails while it is evaluated closes the door; in plain Cedar it would
/// be skipped and the permit would win.
#[test]
fn a_safeguard_that_cannot_be_evaluated_means_no() {
    let mut schema = String::new();
    let mut files = Vec::new();
    for (name, text) in Bundle::embedded().unwrap().sources() {
        match name {
            SCHEMA_NAME => schema = text.to_owned(),
            _ => files.push((name.to_owned(), text.to_owned())),
        }
    }
    let overflows = r#"@id("overflows") @title_de("Ü") @title_en("O") @outcome("hold")
        @ground("G-X") @law("common grounds")
        forbid (principal, action == Action::"releaseAnswer", resource)
        when { resource.findingsOpen + 9223372036854775807 < 0 };"#;
    files.push(("national.cedar".to_owned(), overflows.to_owned()));
    let bundle = Bundle::from_sources(&schema, files).unwrap();

    let refusal = |findings_open| Request {
        officer: officer([Role::Releaser].into(), true),
        action: Action::ReleaseAnswer,
        resource: Resource::Case(CaseFacts {
            findings_open,
            discloses_content: false,
            ..clean_case(false)
        }),
    };
    assert!(bundle.decide(&refusal(0)).allowed);
    let decision = bundle.decide(&refusal(1));
    assert!(!decision.allowed);
    assert!(
        decision.faults[0].contains("overflows"),
        "{:?}",
        decision.faults
    );
}

//! Who may do what, and that no one person can do it alone.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::authority::action_of;
use office::command::Command;
use office::state::Decision;
use office::{Actor, NewAttachment, OfficeError};
use policy::Role;
use std::collections::BTreeSet;
use std::sync::Barrier;
use support::*;

fn every_officer(house: &House) -> Vec<(Option<Role>, Actor)> {
    let mut all: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| {
            (
                Some(role),
                house.officer(&format!("only-{}", role.as_str()), &[role]),
            )
        })
        .collect();
    all.push((None, Actor::local_operator()));
    all
}

/// Who may give a command, as the house rules say it; written down here a second time.
fn allowed_roles(command: &Command) -> &'static [Role] {
    match command {
        Command::DraftRequest { .. }
        | Command::SubmitRequest { .. }
        | Command::DraftAnswer { .. } => &[Role::Handler],
        Command::WithdrawRequest { .. } => &[Role::Handler, Role::Releaser],
        Command::ReleaseRequest { .. }
        | Command::ReleaseAnswer { .. }
        | Command::ReleaseInquiryAnswer { .. } => &[Role::Releaser],
        Command::ReviewScreening { .. } => &[Role::Reviewer],
        Command::Ping { .. } => &[Role::Handler, Role::Operator],
        Command::ImportRecords { .. }
        | Command::RegisterInquiry { .. }
        | Command::FileInquiryAnswer { .. } => &[Role::Desk],
        Command::AddOfficer { .. }
        | Command::AcceptPeer { .. }
        | Command::MoveExerciseClock { .. } => &[Role::Operator],
    }
}

/// Promise: every command is refused to everybody whose role does not cover it, each refusal is
/// one entry that names actor and act, and nothing else is written.
#[test]
fn every_command_by_every_wrong_role() {
    let (de, cn) = houses(true);
    let own = de.draft(&cn, honest_request(), Vec::new());
    let held = de.draft(&cn, honest_request(), vec![hidden_person()]);
    let submitted = de.draft(&cn, honest_request(), Vec::new());
    de.act(&de.handler(), Command::SubmitRequest { thread: submitted });
    let theirs = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(theirs, Decision::Clear);
    let drafted = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(drafted, Decision::Clear);
    de.draft_answer(drafted, honest_answer());
    let desk = de.officer("dora", &[Role::Desk]);
    let reference = || "19/9523".to_owned();
    de.act(
        &desk,
        Command::RegisterInquiry {
            reference: reference(),
            source: vec![1],
            parsed: 1.into(),
        },
    );
    de.act(
        &desk,
        Command::FileInquiryAnswer {
            reference: reference(),
            document: "{}".to_owned(),
        },
    );

    let reason = || "because".to_owned();
    let attachments: Vec<NewAttachment> = Vec::new();
    let commands = [
        Command::AddOfficer {
            name: "new".to_owned(),
            roles: BTreeSet::from([Role::Handler]),
            unit: String::new(),
            password: office::command::Password::new(PASSWORD.to_owned()),
        },
        Command::AcceptPeer {
            manifest: cn.manifest.to_json().unwrap(),
            fingerprint: cn.manifest.statement().fingerprint().to_string(),
        },
        Command::Ping {
            peer: cn.party.clone(),
        },
        Command::DraftRequest {
            peer: cn.party.clone(),
            request: Box::new(honest_request()),
            attachments: attachments.clone(),
        },
        Command::SubmitRequest { thread: own },
        Command::ReleaseRequest { thread: submitted },
        Command::WithdrawRequest {
            thread: own,
            reason: reason(),
        },
        Command::ReviewScreening {
            thread: held,
            decision: Decision::Clear,
            reason: reason(),
        },
        Command::DraftAnswer {
            thread: theirs,
            draft: Box::new(honest_answer()),
            attachments,
        },
        Command::ReleaseAnswer {
            thread: drafted,
            read: None,
        },
        Command::ImportRecords {
            records: Vec::new(),
        },
        Command::RegisterInquiry {
            reference: "19/1".to_owned(),
            source: vec![1],
            parsed: 1.into(),
        },
        Command::FileInquiryAnswer {
            reference: reference(),
            document: "{}".to_owned(),
        },
        Command::ReleaseInquiryAnswer {
            reference: reference(),
            read: None,
        },
        Command::MoveExerciseClock { seconds: 1 },
    ];
    let officers = every_officer(&de);
    let mut refusals = 0;
    for command in &commands {
        for (role, actor) in &officers {
            // The operator at the machine is an operator like any other.
            let role = role.unwrap_or(Role::Operator);
            if allowed_roles(command).contains(&role) {
                continue;
            }
            let before = de.kinds("office").len();
            let cases: Vec<_> = de.reader().cases().unwrap();
            let result = de.office.execute(actor, command);
            let who = format!("{} by {}", command.code(), actor.name());
            assert!(
                matches!(result, Err(OfficeError::Refused { .. })),
                "{who}: {result:?}"
            );
            assert_eq!(de.kinds("office").len(), before + 1, "{who}");
            let entry = de.last("office", "act.refused");
            assert_eq!(entry["actor"], actor.name(), "{who}");
            assert_eq!(entry["act"], action_of(command).as_str(), "{who}");
            assert!(entry["decision"]["bundle"].is_string(), "{who}");
            assert_eq!(de.reader().cases().unwrap(), cases, "{who}");
            refusals += 1;
        }
    }
    assert!(refusals > 70, "{refusals}");
    assert!(de.waiting(&cn.party).is_empty());
    assert_eq!(
        de.kinds("exchange-cn"),
        [
            "keys.accepted",
            "message.accepted",
            "message.opened",
            "message.accepted",
            "message.opened"
        ]
    );
    // The table above is not stricter than the house: those it names do pass.
    for (command, name) in [
        (5, "only-releaser"),
        (7, "only-reviewer"),
        (9, "only-releaser"),
        (13, "only-releaser"),
    ] {
        let actor = de.officer(name, &[]);
        assert!(
            de.office.execute(&actor, &commands[command]).is_ok(),
            "{}",
            commands[command].code()
        );
    }
}

/// Promise: an officer who has all roles still cannot do alone what needs two, whatever the order
/// of review, draft, submission and release.
#[test]
fn nobody_does_it_alone() {
    let (de, cn) = two_houses();
    let all = de.officer("omnia", &[Role::Handler, Role::Reviewer, Role::Releaser]);
    let refused = |command: Command| {
        let result = de.try_act(&all, command);
        assert!(
            matches!(result, Err(OfficeError::Refused { .. })),
            "{result:?}"
        );
    };
    let request = |attachments| Command::DraftRequest {
        peer: cn.party.clone(),
        request: Box::new(honest_request()),
        attachments,
    };
    let clear = |thread| Command::ReviewScreening {
        thread,
        decision: Decision::Clear,
        reason: "fine".to_owned(),
    };
    let answer = |thread| Command::DraftAnswer {
        thread,
        draft: Box::new(honest_answer()),
        attachments: Vec::new(),
    };

    // Drafting and releasing, with or without somebody else's submission.
    let thread = de.act(&all, request(Vec::new())).thread.unwrap();
    de.act(&de.handler(), Command::SubmitRequest { thread });
    refused(Command::ReleaseRequest { thread });
    // Submitting and releasing.
    let thread = de.draft(&cn, honest_request(), Vec::new());
    de.act(&all, Command::SubmitRequest { thread });
    refused(Command::ReleaseRequest { thread });
    // Drafting and clearing one's own draft.
    let thread = de.act(&all, request(vec![hidden_person()])).thread.unwrap();
    refused(clear(thread));
    // Clearing and releasing.
    let thread = de.draft(&cn, honest_request(), vec![hidden_person()]);
    de.act(&all, clear(thread));
    de.act(&de.handler(), Command::SubmitRequest { thread });
    refused(Command::ReleaseRequest { thread });

    // The same for answers.
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.act(&all, clear(thread));
    refused(answer(thread));
    de.draft_answer(thread, honest_answer());
    refused(Command::ReleaseAnswer { thread, read: None });
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(thread, Decision::Clear);
    de.act(&all, answer(thread));
    refused(Command::ReleaseAnswer { thread, read: None });
    refused(clear(thread));
    assert!(de.waiting(&cn.party).is_empty());
}

/// Promise: no data leaves after a rejection, and none under an outcome that gives none, where
/// conditions and safeguards would not look.
#[test]
fn data_leaves_only_as_data() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let draft = |draft, attachments| {
        let command = Command::DraftAnswer {
            thread,
            draft: Box::new(draft),
            attachments,
        };
        de.try_act(&de.handler(), command)
    };
    assert!(
        matches!(draft(honest_answer(), vec![]), Err(OfficeError::NotNow(_))),
        "not reviewed"
    );
    de.review(thread, Decision::Reject);
    let mut hidden = protected_refusal();
    hidden.answer.items[0].outcome = records::vocabulary::Outcome::Full;
    assert!(matches!(
        draft(hidden, vec![]),
        Err(OfficeError::Invalid { .. })
    ));
    let with_data = vec![attachment("data.txt", b"data")];
    assert!(matches!(
        draft(protected_refusal(), with_data),
        Err(OfficeError::Invalid { .. })
    ));
    let mut bare = honest_answer();
    bare.answer.conditions = None;
    assert!(matches!(draft(bare, vec![]), Err(OfficeError::Draft(_))));
    assert!(
        matches!(
            draft(honest_answer(), vec![]),
            Err(OfficeError::Invalid { .. })
        ),
        "rejected by review"
    );
    let release = || {
        de.try_act(
            &de.releaser(),
            Command::ReleaseAnswer { thread, read: None },
        )
    };
    // Drafted while it was cleared, ruled out before it left.
    de.review(thread, Decision::Clear);
    draft(honest_answer(), vec![]).unwrap();
    de.review(thread, Decision::Reject);
    assert!(release().is_err());
    assert!(de.waiting(&cn.party).is_empty());
    draft(protected_refusal(), vec![]).unwrap();
    release().unwrap();
    assert_eq!(de.state(thread), "answer-released");
}

/// Promise: an answer that names a person whom the request does not name cannot be released.
#[test]
fn an_answer_that_names_a_person_is_stopped() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(thread, Decision::Clear);
    let mut telling = honest_answer();
    telling.answer.items[0].text = "the account belongs to lin.yao@blog.example.org".to_owned();
    de.draft_answer(thread, telling);
    assert!(
        de.try_act(
            &de.releaser(),
            Command::ReleaseAnswer { thread, read: None }
        )
        .is_err()
    );
    assert!(de.waiting(&cn.party).is_empty());
    de.draft_answer(thread, honest_answer());
    de.act(
        &de.releaser(),
        Command::ReleaseAnswer { thread, read: None },
    );
}

/// Promise: two officers who release the same case at the same moment send exactly one message.
#[test]
fn releasing_twice_at_once_sends_once() {
    let (de, cn) = two_houses();
    let second = de.officer("felix", &[Role::Releaser]);
    for _ in 0..4 {
        let thread = cn.ask(&de, honest_request(), Vec::new());
        settle(&de, &cn);
        de.review(thread, Decision::Clear);
        de.draft_answer(thread, honest_answer());
        let barrier = Barrier::new(2);
        let results = std::thread::scope(|scope| {
            [de.releaser(), second.clone()]
                .map(|actor| {
                    let (de, barrier) = (&de, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        de.try_act(&actor, Command::ReleaseAnswer { thread, read: None })
                    })
                })
                .map(|releasing| releasing.join().unwrap())
        });
        assert_eq!(
            results.iter().filter(|result| result.is_ok()).count(),
            1,
            "{results:?}"
        );
        assert_eq!(de.waiting(&cn.party).len(), 1);
        let released = de
            .kinds("office")
            .into_iter()
            .filter(|k| k == "answer.released")
            .count();
        settle(&de, &cn);
        assert_eq!(de.reader().sent().unwrap().len(), released);
    }
}

/// Promise: of two officers who draft an answer at once neither's act is lost unseen: each that
/// succeeded is an entry, the draft on file is one of them whole, and only that one is released.
#[test]
fn drafting_twice_at_once_keeps_one_draft() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(thread, Decision::Clear);
    let officers = [de.handler(), de.officer("hugo", &[Role::Handler])];
    let barrier = Barrier::new(2);
    let results = std::thread::scope(|scope| {
        officers
            .map(|actor| {
                let (de, barrier) = (&de, &barrier);
                scope.spawn(move || {
                    let mut draft = honest_answer();
                    draft.internal_reason = Some(actor.name().to_owned());
                    barrier.wait();
                    de.try_act(
                        &actor,
                        Command::DraftAnswer {
                            thread,
                            draft: Box::new(draft),
                            attachments: vec![],
                        },
                    )
                })
            })
            .map(|drafting| drafting.join().unwrap())
    });
    let done = results.iter().filter(|result| result.is_ok()).count();
    assert!(done >= 1);
    assert_eq!(
        de.kinds("office")
            .iter()
            .filter(|k| *k == "answer.drafted")
            .count(),
        done
    );
    let filed = de.case(thread).draft.unwrap();
    assert_eq!(filed.draft.internal_reason, Some(filed.by.clone()));
    assert_eq!(
        de.last("office", "answer.drafted")["actor"],
        filed.by.as_str()
    );
    de.act(
        &de.releaser(),
        Command::ReleaseAnswer { thread, read: None },
    );
    assert_eq!(de.waiting(&cn.party).len(), 1);
}

//! Who vouches for what an answer rests on, and what happens to a grade that somebody made up.
#![allow(clippy::unwrap_used)]

mod support;

use journal::grade::Grade;
use locales::Language;
use oversight::evidence::ProofFault;
use oversight::verify::{Assertion, Place, VerifyError, verify};
use oversight::{Answer, Evidence};
use serde_json::{Value, json};
use support::{
    Case, Sent, Witnesses, cosigned, exercise_traffic, fixture_records, log_of, request, whole,
    witness_name,
};

fn evidence(case: &Case) -> Evidence {
    let traffic = exercise_traffic();
    case.evidence(&fixture_records(), &traffic, Some(&traffic))
}

/// Our exchange log, cosigned by the counterpart.
fn by_peer(case: &Case, evidence: &mut Evidence) {
    let head = evidence.exchanges[0].own.checkpoint.clone();
    let note = cosigned(&head, &witness_name("cn"), &case.cn.witness);
    evidence.cosigned.push(whole(note));
}

/// All our logs, cosigned by these witnesses of the policy.
fn by_witnesses(witnesses: &Witnesses, who: &[usize], evidence: &mut Evidence) {
    for head in [
        evidence.records.checkpoint.clone(),
        evidence.exchanges[0].own.checkpoint.clone(),
    ] {
        evidence.cosigned.push(whole(witnesses.cosign(&head, who)));
    }
    evidence.witnesses.office = Some(witnesses.policy());
    evidence.witnesses.exchange = Some(witnesses.policy());
}

fn grades(answer: &Answer) -> Vec<Grade> {
    let mut grades: Vec<Grade> = answer.figures().map(|figure| figure.grade).collect();
    grades.sort();
    grades.dedup();
    grades
}

fn report(answer: &Answer) -> oversight::verify::VerifyReport {
    verify(&answer.to_json().unwrap(), &[]).unwrap()
}

fn errors(answer: &Answer) -> Vec<VerifyError> {
    verify(&answer.to_json().unwrap(), &[]).unwrap_err()
}

/// Promise: what nobody else has cosigned is shown as the keeper's own word, and as nothing better.
#[test]
fn without_cosignatures_everything_is_self_signed() {
    let case = Case::new();
    let answer = case.answer(Language::De, &evidence(&case));
    assert_eq!(grades(&answer), [Grade::SelfSigned]);
    let report = report(&answer);
    assert!(report.logs.iter().all(|log| log.grade == Grade::SelfSigned));
    assert!(
        !report
            .assertions
            .iter()
            .any(|it| matches!(it, Assertion::Witnesses { .. }))
    );
}

/// Promise: the counterpart's cosignature under our exchange log raises the figures counted in it;
/// our cosignature under theirs raises what was counted there; records, which it never saw, stay.
#[test]
fn the_counterpart_vouches_for_the_exchange() {
    let case = Case::new();
    let mut evidence = evidence(&case);
    by_peer(&case, &mut evidence);
    let theirs = evidence.exchanges[0].counterpart.as_ref().unwrap();
    let note = cosigned(&theirs.checkpoint, &witness_name("de"), &case.de.witness);
    evidence.cosigned.push(whole(note));
    let answer = case.answer(Language::De, &evidence);
    assert_eq!(grades(&answer), [Grade::PeerWitnessed]);
    assert!(
        answer
            .figures()
            .all(|figure| { figure.counterpart.as_ref().unwrap().grade == Grade::PeerWitnessed })
    );
    let by_grade: Vec<Grade> = answer.summary.by_grade.keys().copied().collect();
    assert_eq!(by_grade, [Grade::SelfSigned]);
    let report = report(&answer);
    let named: Vec<&str> = report
        .logs
        .iter()
        .flat_map(|log| log.vouched.iter().flat_map(|it| &it.witnesses))
        .map(String::as_str)
        .collect();
    assert_eq!(named, ["cn", "de"]);
}

/// Promise: a quorum of the named witnesses gives the best grade to figures and records, one witness
/// alone does not; they are named, and that they are independent stays an assertion.
#[test]
fn a_quorum_is_counted_and_named() {
    let case = Case::new();
    let witnesses = Witnesses::new();
    for (who, grade) in [
        (&[0, 2][..], Grade::QuorumWitnessed),
        (&[1][..], Grade::SelfSigned),
    ] {
        let mut evidence = evidence(&case);
        by_witnesses(&witnesses, who, &mut evidence);
        let answer = case.answer(Language::En, &evidence);
        assert_eq!(grades(&answer), [grade]);
        assert!(answer.summary.by_grade.keys().all(|it| *it == grade));
        let report = report(&answer);
        let names: Vec<String> = who.iter().map(|at| format!("w{at}")).collect();
        assert_eq!(report.logs[0].vouched[0].witnesses, names);
        assert!(report.assertions.contains(&Assertion::Witnesses { names }));
    }
}

/// Promise: a cosigned checkpoint covers the entries before it and no others; entries behind it that
/// bear on no figure lower nothing.
#[test]
fn a_checkpoint_covers_what_stands_before_it() {
    let case = Case::new();
    let log = log_of("de", &exercise_traffic());
    let asked = request("late", "cn", "situation", false, "2026-01-30T00:00:00.000Z");
    let counts = [log.clone(), asked.entries("de")].concat();
    let anchored = json!({ "kind": "office.anchored", "time": "2026-01-30T00:00:00.000Z" });
    let idle = [log.clone(), vec![anchored]].concat();
    for (entries, grade) in [(counts, Grade::SelfSigned), (idle, Grade::PeerWitnessed)] {
        let mut evidence = evidence(&case);
        evidence.exchanges[0].own = case.de.exchange_extract(&entries);
        let head = case.de.exchange_head(&log);
        let note = cosigned(&head, &witness_name("cn"), &case.cn.witness);
        evidence.cosigned.push(whole(note));
        let answer = case.answer(Language::De, &evidence);
        assert_eq!(grades(&answer), [grade]);
        report(&answer);
    }
}

/// Promise: a grade that is stated and not shown fails, and the figure or the record is named, even
/// if the issuer itself made it up and sealed it.
#[test]
fn a_made_up_grade_is_named() {
    let case = Case::new();
    let mut answer = case.draft(Language::De, &evidence(&case));
    let part = answer.questions[25].answers.first_mut().unwrap();
    let id = part.figures[0].id.clone();
    part.figures[0].grade = Grade::QuorumWitnessed;
    case.seal(&mut answer);
    let found = errors(&answer);
    let VerifyError::Differs(difference) = &found[0] else {
        panic!("{}", found[0])
    };
    assert_eq!(
        difference.to_string(),
        format!(
            "question 26, figure {id}, grade: the file states \"quorum_witnessed\", the evidence gives \"self_signed\""
        )
    );

    let mut answer = case.draft(Language::De, &evidence(&case));
    answer.questions[0].answers[0].cited[0].grade = Grade::PeerWitnessed;
    case.seal(&mut answer);
    let found = errors(&answer);
    let VerifyError::Differs(difference) = &found[0] else {
        panic!("{}", found[0])
    };
    assert!(
        matches!(&difference.place, Place::Part { key, field } if key == "1" && field == "cited[0].grade"),
        "{difference}"
    );
}

/// Promise: a cosignature that does not verify is called forged, with log and size, and gives nothing;
/// so does one of two lines that a node cosigns with, and a checkpoint of a tree that is not this one.
#[test]
fn a_forged_cosignature_is_named() {
    let case = Case::new();
    let faults = |edit: &dyn Fn(&mut Evidence)| {
        let mut evidence = evidence(&case);
        by_peer(&case, &mut evidence);
        edit(&mut evidence);
        let answer = case.answer(Language::De, &evidence);
        assert_eq!(grades(&answer), [Grade::SelfSigned]);
        match verify(&answer.to_json().unwrap(), &[]) {
            Ok(_) => Vec::new(),
            Err(errors) => errors,
        }
    };
    let head = |case: &Case| evidence(case).exchanges[0].own.checkpoint.clone();

    // Another key under the counterpart's name and key id.
    let forged = faults(&|evidence| {
        let note = &mut evidence.cosigned[0].checkpoint;
        let at = note.rfind("— cn").unwrap();
        let line = &note[at..];
        let base64 = line.trim_end().rsplit(' ').next().unwrap();
        let mut turned: Vec<char> = base64.chars().collect();
        let place = turned.len() / 2;
        turned[place] = if turned[place] == 'A' { 'B' } else { 'A' };
        let turned: String = turned.into_iter().collect();
        *note = note.replace(base64, &turned);
    });
    assert!(
        matches!(&forged[..], [VerifyError::Evidence(ProofFault::Cosignature { size, .. })] if *size > 0),
        "{forged:?}"
    );

    let lonely = faults(&|evidence| {
        let note = evidence.cosigned[0].checkpoint.trim_end();
        let without = &note[..=note.rfind('\n').unwrap()];
        evidence.cosigned[0].checkpoint = without.to_owned();
    });
    assert!(lonely.is_empty(), "half a cosignature is none: {lonely:?}");

    let another = faults(&|evidence| {
        let fewer = case
            .de
            .exchange_head(&log_of("de", &exercise_traffic()[1..]));
        let note = cosigned(&fewer, &witness_name("cn"), &case.cn.witness);
        evidence.cosigned = vec![whole(note)];
    });
    assert!(
        matches!(
            &another[..],
            [VerifyError::Evidence(
                ProofFault::CosignedContradicts { .. }
            )]
        ),
        "{another:?}"
    );

    let foreign = faults(&|evidence| {
        let key = &Case::strange().cn.witness;
        evidence.cosigned = vec![whole(cosigned(&head(&case), &witness_name("cn"), key))];
    });
    assert!(
        foreign.is_empty(),
        "a stranger's line is no line: {foreign:?}"
    );
}

/// What a party writes into its log when the keys of `owner` change.
fn revoking(kind: &str, owner: &str) -> Value {
    json!({
        "kind": kind, "time": "2026-01-15T00:00:00.000Z", "version": 2, "manifest": "m",
        "revoked": [format!("key of {owner}")],
    })
}

/// Promise: of a key that was taken back, what stands before that in the log counts and what stands
/// behind it does not; and where nobody but its keeper vouches for that order, the report says so.
#[test]
fn the_order_of_the_log_decides_about_revoked_keys() {
    let case = Case::new();
    let day = "2026-01-11T00:00:00.000Z";
    let (before, behind): (Sent, Sent) = (
        request("before", "cn", "situation", false, day),
        request("behind", "cn", "situation", false, day),
    );
    let log = [
        before.entries("de"),
        vec![revoking("keys.accepted", "cn")],
        behind.entries("de"),
        // Taken in once more: still one message.
        behind.entries("de"),
    ]
    .concat();
    for witnessed in [false, true] {
        let mut evidence = evidence(&case);
        evidence.exchanges[0].own = case.de.exchange_extract(&log);
        evidence.exchanges[0].counterpart = None;
        if witnessed {
            by_peer(&case, &mut evidence);
        }
        let ledger = &evidence.view().unwrap().exchanges[0].own;
        assert!(ledger.messages.contains_key("before"));
        assert_eq!(Vec::from_iter(&ledger.void), ["behind"]);
        let report = report(&case.answer(Language::De, &evidence));
        let on_trust = report
            .assertions
            .iter()
            .any(|it| matches!(it, Assertion::KeyOrder { .. }));
        assert_eq!(on_trust, !witnessed);
    }
    // Nobody takes back the keys of the other side.
    let log = [vec![revoking("keys.published", "cn")], behind.entries("de")].concat();
    let mut evidence = evidence(&case);
    evidence.exchanges[0].own = case.de.exchange_extract(&log);
    assert!(evidence.view().unwrap().exchanges[0].own.void.is_empty());
}

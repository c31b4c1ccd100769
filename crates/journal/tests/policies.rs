//! Trust policies, quorums, and the grade of evidence that follows from them.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use journal::checkpoint::{Checkpoint, CheckpointError};
use journal::cosignature::{Cosigner, MlDsa44Signer, NO_TIME};
use journal::grade::Grade;
use journal::hash::leaf_hash;
use journal::note::{AnyVerifier, Ed25519Signer, Note, NoteError, NoteSigner};
use journal::policy::{Policy, PolicyError, PolicyRefusal};
use journal::proof_file::{ProofFile, ProofFileError};

const ORIGIN: &str = "de.kontaktstelle.example/office";
const TIME: u64 = 1_790_000_000;

fn log() -> (Ed25519Signer, MlDsa44Signer) {
    (
        Ed25519Signer::from_seed(ORIGIN, [7; 32]),
        MlDsa44Signer::from_seed(ORIGIN, [7; 32], NO_TIME),
    )
}

/// Domestic witness number `n`; the even ones cosign with ML-DSA-44.
fn witness(n: u8, time: u64) -> Box<dyn NoteSigner> {
    match n % 2 {
        0 => Box::new(MlDsa44Signer::from_seed("w.example/pq", [n; 32], time)),
        _ => Box::new(Cosigner::from_seed("w.example/ed", [n; 32], time)),
    }
}

fn witness_vkey(n: u8) -> String {
    match n % 2 {
        0 => MlDsa44Signer::from_seed("w.example/pq", [n; 32], 0)
            .verifier()
            .vkey(),
        _ => Cosigner::from_seed("w.example/ed", [n; 32], 0)
            .verifier()
            .vkey(),
    }
}

/// The policy of the house: the peer, and two of three at home.
fn house_policy() -> String {
    let (ed25519, ml_dsa) = log();
    let mut text = format!(
        "log {} https://log.example/\nlog {}\n",
        ed25519.verifier().vkey(),
        ml_dsa.verifier().vkey()
    );
    for n in 1..=4 {
        text += &format!("witness w{n} {}\n", witness_vkey(n));
    }
    text + "group domestic 2 w2 w3 w4\ngroup both all w1 domestic\nquorum both\n"
}

fn head() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: 1,
        root: leaf_hash(b"entry"),
    }
}

fn signed(witnesses: &[u8]) -> String {
    let (ed25519, ml_dsa) = log();
    let cosigners: Vec<_> = witnesses.iter().map(|n| witness(*n, TIME)).collect();
    let mut signers: Vec<&dyn NoteSigner> = vec![&ed25519, &ml_dsa];
    signers.extend(cosigners.iter().map(AsRef::as_ref));
    head().sign(&signers).unwrap()
}

/// Promise: the quorum is met by exactly those sets of witnesses that the groups ask for.
#[test]
fn the_quorum_is_as_the_groups_say() {
    let policy: Policy = house_policy().parse().unwrap();
    for set in 0_u8..16 {
        let witnesses: Vec<u8> = (1..=4).filter(|n| set & (1 << (n - 1)) != 0).collect();
        let domestic = witnesses.iter().filter(|n| **n > 1).count();
        let enough = witnesses.contains(&1) && domestic >= 2;
        let note = Note::parse(&signed(&witnesses)).unwrap();
        let verdict = policy.evaluate(&note).unwrap();
        assert_eq!(verdict.quorum_met, enough, "{witnesses:?}");
        assert_eq!(policy.is_met_by(&note), enough);
        let names: Vec<String> = witnesses.iter().map(|n| format!("w{n}")).collect();
        let cosigners: Vec<&str> = verdict
            .cosigners
            .iter()
            .map(|c| c.witness.as_str())
            .collect();
        assert_eq!(cosigners, names);
        assert!(verdict.cosigners.iter().all(|c| c.time == TIME));
        match policy.open(&note.to_string()) {
            Ok((checkpoint, opened)) => assert_eq!((checkpoint, opened), (head(), verdict)),
            Err(error) => assert_eq!(error, PolicyRefusal::Quorum(witnesses.len())),
        }
        assert_eq!(policy.open(&note.to_string()).is_ok(), enough);
    }
}

/// Promise: `any` is one, `all` is all, and `none` asks for nobody.
#[test]
fn thresholds_have_their_meaning() {
    let witnesses = format!(
        "witness a {}\nwitness b {}\n",
        witness_vkey(1),
        witness_vkey(2)
    );
    let met = |rest: &str, cosigned: &[u8]| {
        let policy: Policy = format!("{witnesses}{rest}").parse().unwrap();
        policy.is_met_by(&Note::parse(&signed(cosigned)).unwrap())
    };
    assert!(met("quorum none\n", &[]));
    assert!(met("quorum b\n", &[2]) && !met("quorum b\n", &[1]));
    assert!(met("group g any a b\nquorum g\n", &[2]) && !met("group g any a b\nquorum g\n", &[]));
    assert!(
        met("group g all a b\nquorum g\n", &[1, 2]) && !met("group g all a b\nquorum g\n", &[1])
    );
    assert!(met("group g 2 a b\nquorum g\n", &[1, 2]) && !met("group g 2 a b\nquorum g\n", &[2]));
    let nested = "group g any a\ngroup h any g\ngroup i 2 h b\nquorum i\n";
    assert!(met(nested, &[1, 2]) && !met(nested, &[1]));
}

/// Promise: a policy does not accept the log's word stripped of one of its two signatures, an unknown
/// log, or a forged cosignature; a cosignature without time counts as none.
#[test]
fn checkpoints_outside_the_policy_are_refused() {
    let (ed25519, ml_dsa) = log();
    let policy: Policy = house_policy().parse().unwrap();
    let (w1, w2, w3) = (witness(1, TIME), witness(2, TIME), witness(3, TIME));
    let cosigners = [w1.as_ref(), w2.as_ref(), w3.as_ref()];
    let open = |log: &[&dyn NoteSigner]| {
        let head = head().sign(&[log, &cosigners].concat()).unwrap();
        policy.open(&head).map(|_| ())
    };
    assert_eq!(open(&[&ed25519, &ml_dsa]), Ok(()));
    for stripped in [&[&ed25519 as &dyn NoteSigner][..], &[&ml_dsa]] {
        let refused = open(stripped);
        assert!(matches!(
            refused,
            Err(PolicyRefusal::Log(CheckpointError::NotSignedBy { .. }))
        ));
    }
    assert!(matches!(open(&[]), Err(PolicyRefusal::Log(_))));

    // The key of the log, but under the name of another log.
    let elsewhere = Checkpoint {
        origin: "elsewhere.example".into(),
        ..head()
    };
    let elsewhere = elsewhere.sign(&[&ed25519, &ml_dsa]).unwrap();
    assert!(matches!(
        policy.open(&elsewhere),
        Err(PolicyRefusal::Log(_))
    ));

    let no_time: Policy = format!("witness a {}\nquorum a\n", witness_vkey(1))
        .parse()
        .unwrap();
    let signed_without_time = head().sign(&[witness(1, 0).as_ref()]).unwrap();
    let verdict = no_time
        .evaluate(&Note::parse(&signed_without_time).unwrap())
        .unwrap();
    assert!(verdict.cosigners.is_empty() && !verdict.quorum_met);

    let lines = signed(&[1, 2, 3]);
    let (_, other) = lines.rsplit_once("\n\n").unwrap();
    let text = Checkpoint { size: 2, ..head() }.to_text();
    let transplanted = Note::parse(&format!("{text}\n{other}")).unwrap();
    assert!(matches!(
        policy.evaluate(&transplanted),
        Err(NoteError::BadSignature { .. })
    ));
    assert!(!policy.is_met_by(&transplanted));
}

/// Promise: the layout is free as in the specification, and printing gives back what was read.
#[test]
fn policies_are_read_and_printed() {
    let text = house_policy();
    let policy: Policy = text.parse().unwrap();
    assert_eq!(policy.to_string(), text);
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (2, 4));
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some("https://log.example/")
    );
    let loose = text
        .replace(' ', "\t  ")
        .replace('\n', " \n\n  # comment \u{212a}\n");
    assert_eq!(loose.parse(), Ok(policy));
    let names = format!("witness \u{212a} {}\nquorum \u{212a}\n", witness_vkey(1));
    assert!(names.parse::<Policy>().is_ok());
    assert!(
        names
            .replacen('\u{212a}', "K", 1)
            .parse::<Policy>()
            .is_err()
    );
}

/// Promise: every rule of the specification about a policy's lines is enforced.
#[test]
fn malformed_policies_are_refused() {
    let (key1, key2) = (witness_vkey(1), witness_vkey(2));
    let log_key = log().0.verifier().vkey();
    let witnesses = format!("witness a {key1}\nwitness b {key2}\n");
    let same_key = Cosigner::from_seed("other.name", [1; 32], 0)
        .verifier()
        .vkey();
    let other_log_name = Ed25519Signer::from_seed("other.name", [7; 32])
        .verifier()
        .vkey();
    let name = |name: &str| name.to_owned();
    let cases = [
        (format!("{witnesses}quorum a"), PolicyError::Text),
        (format!("{witnesses}quorum\u{b} a\n"), PolicyError::Text),
        (format!("{witnesses}quorum a\r\n"), PolicyError::Text),
        (witnesses.clone(), PolicyError::Quorum),
        (
            format!("{witnesses}quorum a\nquorum a\n"),
            PolicyError::Quorum,
        ),
        (
            format!("{witnesses}quorum none\nquorum a\n"),
            PolicyError::Quorum,
        ),
        (format!("{witnesses}quorum a b\n"), PolicyError::Line(3)),
        (format!("{witnesses}log\nquorum a\n"), PolicyError::Line(3)),
        (format!("{witnesses}quota a\n"), PolicyError::Line(3)),
        (
            format!("witness a {key1} url more\nquorum a\n"),
            PolicyError::Line(1),
        ),
        (
            format!("{witnesses}group g any\nquorum g\n"),
            PolicyError::Line(3),
        ),
        (
            format!("{witnesses}group g 0 a\nquorum g\n"),
            PolicyError::Threshold(3),
        ),
        (
            format!("{witnesses}group g 3 a b\nquorum g\n"),
            PolicyError::Threshold(3),
        ),
        (
            format!("{witnesses}group g 02 a b\nquorum g\n"),
            PolicyError::Threshold(3),
        ),
        (
            format!("{witnesses}group g some a\nquorum g\n"),
            PolicyError::Threshold(3),
        ),
        (
            format!("quorum a\n{witnesses}"),
            PolicyError::UnknownName {
                line: 1,
                name: name("a"),
            },
        ),
        (
            format!("{witnesses}group g any g\nquorum g\n"),
            PolicyError::UnknownName {
                line: 3,
                name: name("g"),
            },
        ),
        (
            format!("{witnesses}group g any none\nquorum g\n"),
            PolicyError::UnknownName {
                line: 3,
                name: name("none"),
            },
        ),
        (
            format!("{witnesses}group a any b\nquorum a\n"),
            PolicyError::NameTaken {
                line: 3,
                name: name("a"),
            },
        ),
        (
            format!("witness none {key1}\nquorum none\n"),
            PolicyError::NameTaken {
                line: 1,
                name: name("none"),
            },
        ),
        (
            format!("{witnesses}group g any a a\nquorum g\n"),
            PolicyError::MemberTwice {
                line: 3,
                name: name("a"),
            },
        ),
        (
            format!("{witnesses}group g any a\ngroup h all a b\nquorum h\n"),
            PolicyError::MemberTwice {
                line: 4,
                name: name("a"),
            },
        ),
        (
            format!("{witnesses}witness c {same_key}\nquorum c\n"),
            PolicyError::DuplicateKey(3),
        ),
        (
            format!("log {log_key}\nlog {other_log_name}\nquorum none\n"),
            PolicyError::DuplicateKey(2),
        ),
        (
            format!("witness a {log_key}\nquorum a\n"),
            PolicyError::Key {
                line: 1,
                source: NoteError::VerifierKey,
            },
        ),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<Policy>(), Err(error), "{text}");
    }
}

/// Promise: at least the 32 lines of each kind that the specification asks for are read, and there is
/// an end to it.
#[test]
fn the_size_of_policies_is_bounded() {
    let with = |count: u8| {
        let line = |n: u8| {
            let key = Cosigner::from_seed("w", [n; 32], 0).verifier().vkey();
            format!("witness w{n} {key}\ngroup g{n} any w{n}\n")
        };
        (0..count).map(line).collect::<String>() + "quorum g0\n"
    };
    assert!(with(64).parse::<Policy>().is_ok());
    assert_eq!(with(65).parse::<Policy>(), Err(PolicyError::TooMany(129)));
    let long = "#".repeat(1 << 20) + "\nquorum none\n";
    assert_eq!(long.parse::<Policy>(), Err(PolicyError::TooLarge));
}

/// Promise: a grade is never higher than the cosignatures under the checkpoint warrant.
#[test]
fn the_grade_follows_the_cosignatures() {
    let policy: Policy = house_policy().parse().unwrap();
    let nobody: Policy = "quorum none\n".parse().unwrap();
    let peer = [AnyVerifier::from_vkey(&witness_vkey(1)).unwrap()];
    let grade = |cosigned: &[u8], policy| {
        Grade::of(&Note::parse(&signed(cosigned)).unwrap(), &peer, policy)
    };
    assert_eq!(grade(&[], Some(&policy)), Grade::SelfSigned);
    assert_eq!(grade(&[], Some(&nobody)), Grade::SelfSigned);
    assert_eq!(grade(&[2, 3], Some(&policy)), Grade::SelfSigned);
    assert_eq!(grade(&[1, 2], Some(&policy)), Grade::PeerWitnessed);
    assert_eq!(grade(&[1, 2, 3], None), Grade::PeerWitnessed);
    assert_eq!(grade(&[1, 2, 3], Some(&policy)), Grade::QuorumWitnessed);
    assert!(
        Grade::SelfSigned < Grade::PeerWitnessed && Grade::PeerWitnessed < Grade::QuorumWitnessed
    );
    for grade in Grade::ALL {
        assert_eq!(Grade::from_code(grade.code()), Some(grade));
        let json = serde_json::to_string(&grade).unwrap();
        assert_eq!(json, format!("\"{}\"", grade.code()));
    }
    assert_eq!(Grade::from_code("other"), None);
}

/// Promise: a cosignature that does not hold raises no grade; one by a witness of the policy takes the
/// quorum away from a note that has enough without it, as a note with a forged line is not trusted.
#[test]
fn a_cosignature_that_does_not_hold_gives_no_grade() {
    let policy: Policy = house_policy().parse().unwrap();
    let peer = [AnyVerifier::from_vkey(&witness_vkey(1)).unwrap()];
    // The line is one for another checkpoint.
    let other = Checkpoint { size: 2, ..head() };
    let with_false_line_of = |n: u8, honest: &[u8]| {
        let witness = witness(n, TIME);
        let of_other = other.sign(&[witness.as_ref()]).unwrap();
        let line = of_other.lines().last().unwrap();
        Note::parse(&format!("{}{line}\n", signed(honest))).unwrap()
    };
    let grade = |note: &Note| Grade::of(note, &peer, Some(&policy));
    assert_eq!(
        grade(&with_false_line_of(4, &[1, 2, 3])),
        Grade::PeerWitnessed
    );
    assert_eq!(grade(&with_false_line_of(1, &[2, 3])), Grade::SelfSigned);
}

/// Promise: a question is decided by those who have answered only if the rest could not have been a
/// quorum without them; so two of three decide, but one of two does not where either suffices.
#[test]
fn a_question_is_decided_by_a_quorum_against_which_there_is_none() {
    let keys: Vec<String> = (1..=4).map(witness_vkey).collect();
    let witnesses: String = (1..=4)
        .map(|n| format!("witness w{n} {}\n", keys[n - 1]))
        .collect();
    for (group, answered, decided) in [
        ("2 w1 w2 w3", &["w1"][..], false),
        ("2 w1 w2 w3", &["w1", "w3"], true),
        ("any w1 w2", &["w1"], false),
        ("any w1 w2", &["w1", "w2"], true),
        ("all w1 w2", &["w1"], false),
        ("all w1 w2", &["w1", "w2"], true),
        // Two of four cosign; the two who are silent may have vouched for something else.
        ("2 w1 w2 w3 w4", &["w1", "w2"], false),
        ("2 w1 w2 w3 w4", &["w1", "w2", "w4"], true),
        ("3 w1 w2 w3 w4", &["w1", "w2", "w4"], true),
    ] {
        let policy: Policy = format!("{witnesses}group g {group}\nquorum g\n")
            .parse()
            .unwrap();
        let is = policy.is_decided_by(|witness| answered.contains(&witness.name.as_str()));
        assert_eq!(is, decided, "{group}: {answered:?}");
    }
    let nobody: Policy = format!("{witnesses}quorum none\n").parse().unwrap();
    assert!(nobody.is_decided_by(|_| false));
}

/// Promise: a proof file with cosignatures inside proves an entry by a policy alone, offline.
#[test]
fn a_proof_file_is_verified_with_a_policy() {
    let policy: Policy = house_policy().parse().unwrap();
    let file = |checkpoint| {
        let file = ProofFile {
            extra: None,
            index: 0,
            proof: vec![],
            checkpoint,
        };
        ProofFile::parse(&file.to_string()).unwrap()
    };
    let (checkpoint, verdict) = file(signed(&[1, 2, 3]))
        .verify_with_policy(b"entry", &policy)
        .unwrap();
    assert_eq!((checkpoint, verdict.cosigners.len()), (head(), 3));
    let other = file(signed(&[1, 2, 3])).verify_with_policy(b"other", &policy);
    assert!(matches!(other, Err(ProofFileError::Entry { index: 0, .. })));
    let alone = file(signed(&[])).verify_with_policy(b"entry", &policy);
    assert_eq!(alone, Err(ProofFileError::Policy(PolicyRefusal::Quorum(0))));
}

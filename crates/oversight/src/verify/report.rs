//! What a verified answer proves, by whom, and what it only asserts.

use crate::answer::{Answer, AnswerStatus};
use crate::evidence::{Proof, Vouched};
use crate::finding::AnswerKind;
use journal::checkpoint::Checkpoint;
use journal::grade::Grade;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A party and its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartyLine {
    /// The party.
    pub party: String,
    /// Its root's fingerprint, to be compared.
    pub fingerprint: String,
    /// Whether it is among the trusted ones; none where none were given.
    pub trusted: Option<bool>,
}

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Origin of the log.
    pub log: String,
    /// Who signed it.
    pub party: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: String,
    /// Whether all entries are shown, so that counts and zeros in it are proved.
    pub complete: bool,
    /// Entries shown.
    pub shown: u64,
    /// The best grade that covers everything shown that counts.
    pub grade: Grade,
    /// Who has cosigned it, and up to which entry.
    pub vouched: Vec<Vouched>,
}

/// Whose word a figure has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "proved_by")]
pub enum ProvedBy {
    /// Counted in the issuer's log only.
    OwnLogOnly,
    /// Counted in both sides' logs, with the same result.
    BothLogs,
    /// Counted in both sides' logs, with different results.
    Contested {
        /// The count in the counterpart's log.
        counterpart: u64,
    },
}

/// A figure that was recomputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureLine {
    /// The demand.
    pub key: String,
    /// The figure.
    pub id: String,
    /// Its value.
    pub value: u64,
    /// Whose word it has.
    #[serde(flatten)]
    pub proved: ProvedBy,
    /// Who, besides its keeper, vouches for the log it was counted in.
    pub grade: Grade,
}

/// The seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealLine {
    /// Who sealed.
    pub party: String,
    /// When, by its own word.
    pub time: String,
    /// SHA-256 of the document, in base64.
    pub document: String,
}

/// The release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseLine {
    /// Number of the entry in the issuer's journal.
    pub entry: u64,
    /// When, by the issuer's clock.
    pub time: String,
}

/// Something that no proof in the file covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "assertion")]
pub enum Assertion {
    /// That the keys are the parties'. Falls away when fingerprints were compared.
    Keys,
    /// That these are the words of the paper. The paper's own hash is in the file.
    QuestionTexts {
        /// SHA-256 of the paper.
        source_sha256: String,
    },
    /// That no record on a question was left out: single records are proved, not their completeness.
    RecordsComplete {
        /// Questions whose answer rests on records.
        questions: Vec<String>,
    },
    /// That what the records say is true.
    RecordsTrue,
    /// How many records are not public.
    WithheldRecords {
        /// Their number.
        count: u64,
    },
    /// When the answer was made and sealed.
    Times,
    /// That these witnesses are others than the keepers of the logs. Falls away for counterparts
    /// whose fingerprints were compared.
    Witnesses {
        /// Their names.
        names: Vec<String>,
    },
    /// That messages stood in this log before the key that signed them was taken back: only the
    /// log's keeper says so.
    KeyOrder {
        /// Origin of the log.
        log: String,
    },
}

/// What holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether this is an answer at all, or the draft of one that nobody has released.
    pub status: AnswerStatus,
    /// The paper.
    pub inquiry: String,
    /// Questions asked.
    pub questions: u64,
    /// Questions answered from records or logs.
    pub answered_from_records: u64,
    /// The parties and their keys.
    pub parties: Vec<PartyLine>,
    /// The logs.
    pub logs: Vec<LogLine>,
    /// Every figure.
    pub figures: Vec<FigureLine>,
    /// Records cited, by who vouches for the entries that hold them.
    pub cited_by_grade: BTreeMap<Grade, u64>,
    /// The release; none for a draft.
    pub release: Option<ReleaseLine>,
    /// The seal; none for a draft.
    pub seal: Option<SealLine>,
    /// What is not proved.
    pub assertions: Vec<Assertion>,
}

impl VerifyReport {
    pub(super) fn new(
        answer: &Answer,
        proof: &Proof,
        sealed: Option<(ReleaseLine, SealLine)>,
    ) -> Self {
        let (release, seal) = sealed.unzip();
        let parties = proof.manifests.iter().map(|manifest| PartyLine {
            party: manifest.party.clone(),
            fingerprint: manifest.fingerprint.to_string(),
            trusted: manifest.trusted,
        });
        Self {
            status: answer.status,
            inquiry: answer.inquiry.reference.clone(),
            questions: answer.summary.questions,
            answered_from_records: answer.summary.answered_from_records,
            parties: parties.collect(),
            logs: logs(answer, proof),
            figures: figures(answer),
            cited_by_grade: answer.summary.by_grade.clone(),
            release,
            seal,
            assertions: assertions(answer, proof),
        }
    }
}

fn logs(answer: &Answer, proof: &Proof) -> Vec<LogLine> {
    let line = |party: &str, checkpoint: &Checkpoint, complete: bool, shown: u64| LogLine {
        grade: graded(answer, proof, checkpoint),
        vouched: proof.grades.of_log(&checkpoint.origin).to_vec(),
        log: checkpoint.origin.clone(),
        party: party.to_owned(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        complete,
        shown,
    };
    let own = answer.issuer.party.as_str();
    let shown = answer.evidence.records.entries.len() as u64;
    let office = proof
        .office
        .iter()
        .map(|checkpoint| line(own, checkpoint, false, shown));
    let mut lines: Vec<LogLine> = office.collect();
    for exchange in &proof.exchanges {
        lines.push(line(own, &exchange.own, true, exchange.own.size));
        let peer = exchange.peer.as_str();
        lines.extend(
            exchange
                .counterpart
                .iter()
                .map(|it| line(peer, it, true, it.size)),
        );
    }
    lines
}

/// The grade of everything in a log that the answer rests on: the lowest among its figures and
/// cited records.
fn graded(answer: &Answer, proof: &Proof, log: &Checkpoint) -> Grade {
    let records = &answer.evidence.records;
    let last = records.entries.last().map_or(0, |last| last.index + 1);
    let counted = answer.figures().flat_map(|figure| {
        let counterpart = figure.counterpart.iter().map(|it| (&it.log, it.grade));
        std::iter::once((&figure.log, figure.grade)).chain(counterpart)
    });
    let counted = counted.filter(|(origin, _)| **origin == log.origin);
    let lowest = counted.map(|(_, grade)| grade).min();
    let is_office = answer.position.log == log.origin;
    match lowest {
        Some(grade) => grade,
        None if is_office => proof.grades.of(&log.origin, last),
        None => proof.grades.of(&log.origin, log.size),
    }
}

fn figures(answer: &Answer) -> Vec<FigureLine> {
    let parts = answer
        .questions
        .iter()
        .flat_map(|question| &question.answers);
    let figures = parts.flat_map(|part| part.figures.iter().map(move |figure| (part, figure)));
    figures
        .map(|(part, figure)| FigureLine {
            key: part.key.clone(),
            id: figure.id.clone(),
            value: figure.value,
            grade: figure.grade,
            proved: match &figure.counterpart {
                None => ProvedBy::OwnLogOnly,
                Some(counterpart) if counterpart.value == figure.value => ProvedBy::BothLogs,
                Some(counterpart) => ProvedBy::Contested {
                    counterpart: counterpart.value,
                },
            },
        })
        .collect()
}

fn assertions(answer: &Answer, proof: &Proof) -> Vec<Assertion> {
    let parts = answer
        .questions
        .iter()
        .flat_map(|question| &question.answers);
    let on_records = parts
        .filter(|part| !part.cited.is_empty() || part.kind == AnswerKind::NotRecorded)
        .map(|part| part.key.clone());
    let source_sha256 = answer.inquiry.source_sha256.clone();
    let mut assertions = vec![
        Assertion::QuestionTexts { source_sha256 },
        Assertion::RecordsComplete {
            questions: on_records.collect(),
        },
        Assertion::RecordsTrue,
        Assertion::Times,
    ];
    if proof
        .manifests
        .iter()
        .any(|manifest| manifest.trusted != Some(true))
    {
        assertions.insert(0, Assertion::Keys);
    }
    let vouched = proof.grades.all().flat_map(|vouched| &vouched.witnesses);
    let names: BTreeSet<String> = vouched
        .filter(|name| !is_trusted_party(proof, name))
        .cloned()
        .collect();
    if !names.is_empty() {
        let names = names.into_iter().collect();
        assertions.push(Assertion::Witnesses { names });
    }
    assertions.extend(order_on_trust(answer));
    if answer.evidence.withheld > 0 {
        assertions.push(Assertion::WithheldRecords {
            count: answer.evidence.withheld,
        });
    }
    assertions
}

fn is_trusted_party(proof: &Proof, name: &str) -> bool {
    let mut parties = proof.manifests.iter();
    parties.any(|party| party.party == name && party.trusted == Some(true))
}

/// Logs in which the order of entries decides what counts, and nobody but the keeper vouches for it.
fn order_on_trust(answer: &Answer) -> Vec<Assertion> {
    let Ok(view) = answer.evidence.view() else {
        return Vec::new();
    };
    let mut assertions = Vec::new();
    for exchange in &view.exchanges {
        for ledger in [Some(&exchange.own), exchange.counterpart.as_ref()] {
            let on_trust = ledger.filter(|ledger| {
                ledger.order_decides && exchange.grade(ledger) == Grade::SelfSigned
            });
            assertions.extend(on_trust.map(|ledger| Assertion::KeyOrder {
                log: ledger.origin.clone(),
            }));
        }
    }
    assertions
}

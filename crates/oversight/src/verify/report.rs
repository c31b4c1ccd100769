//! What a verified answer proves, by whom, and what it only asserts.

use crate::answer::Answer;
use crate::evidence::Proof;
use crate::finding::AnswerKind;
use journal::checkpoint::Checkpoint;
use serde::Serialize;

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
}

/// What holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
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
    /// The seal.
    pub seal: SealLine,
    /// What is not proved.
    pub assertions: Vec<Assertion>,
}

impl VerifyReport {
    pub(super) fn new(answer: &Answer, proof: &Proof, seal: SealLine) -> Self {
        let parties = proof.manifests.iter().map(|manifest| PartyLine {
            party: manifest.party.clone(),
            fingerprint: manifest.fingerprint.to_string(),
            trusted: manifest.trusted,
        });
        Self {
            inquiry: answer.inquiry.reference.clone(),
            questions: answer.summary.questions,
            answered_from_records: answer.summary.answered_from_records,
            parties: parties.collect(),
            logs: logs(answer, proof),
            figures: figures(answer),
            seal,
            assertions: assertions(answer, proof),
        }
    }
}

fn logs(answer: &Answer, proof: &Proof) -> Vec<LogLine> {
    let line = |party: &str, checkpoint: &Checkpoint, complete: bool, shown: u64| LogLine {
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
    if answer.evidence.withheld > 0 {
        assertions.push(Assertion::WithheldRecords {
            count: answer.evidence.withheld,
        });
    }
    assertions
}

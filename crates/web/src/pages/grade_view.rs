//! Grades of evidence in words: who, besides this node, vouches for an entry.

use crate::desk::Desk;
use crate::fault::Fault;
use crate::moment::second;
use crate::tone::Tone;
use crate::words::Words;
use journal::grade::Grade;
use journal::note::Note;
use office::reader::Evidence;

/// A grade as pages show it.
#[derive(Clone)]
pub(crate) struct GradeMark {
    pub(crate) label: String,
    pub(crate) tone: Tone,
}

impl GradeMark {
    pub(crate) fn of(w: Words, grade: Grade) -> Self {
        Self {
            label: w.label("grade", grade.code()),
            tone: match grade {
                Grade::SelfSigned => Tone::Neutral,
                Grade::PeerWitnessed => Tone::Info,
                Grade::QuorumWitnessed => Tone::Success,
            },
        }
    }
}

/// Who vouches for one entry, and by when it stood there.
pub(crate) struct EvidenceLine {
    pub(crate) grade: GradeMark,
    /// In words: who has cosigned, when, and how many entries that covers.
    pub(crate) text: String,
}

impl EvidenceLine {
    pub(crate) fn of(w: Words, evidence: &Evidence) -> Self {
        let text = match &evidence.witnessed {
            None => w.t("evidence-self-signed"),
            Some(witnessed) => w.fill(
                "evidence-witnessed",
                &[
                    ("who", cosigners(&witnessed.checkpoint).join(", ")),
                    ("time", second(witnessed.at)),
                    ("size", witnessed.size.to_string()),
                ],
            ),
        };
        Self {
            grade: GradeMark::of(w, evidence.grade),
            text,
        }
    }
}

/// The names under a note that are not the log's own. They were verified when it was filed.
fn cosigners(note: &str) -> Vec<String> {
    let Ok(note) = Note::parse(note) else {
        return Vec::new();
    };
    let origin = note.text().lines().next().unwrap_or_default();
    let mut names: Vec<String> = note
        .signatures()
        .iter()
        .filter(|line| line.name != origin)
        .map(|line| line.name.clone())
        .collect();
    names.dedup();
    names
}

/// How far a log is vouched for: the largest cosigned size for each grade above the node's own word.
pub(crate) struct Coverage(Vec<(u64, Grade)>);

impl Coverage {
    pub(crate) fn of(desk: &Desk, log: &str) -> Result<Self, Fault> {
        let cosigned = desk.reader().database().latest_cosigned(log)?;
        Ok(Self(
            cosigned.iter().map(|it| (it.size, it.grade)).collect(),
        ))
    }

    /// The grade of an entry.
    pub(crate) fn grade(&self, index: u64) -> Grade {
        let covering = self.0.iter().filter(|(size, _)| *size > index);
        covering
            .map(|(_, grade)| *grade)
            .max()
            .unwrap_or(Grade::SelfSigned)
    }

    /// In words, one line for each grade.
    pub(crate) fn lines(&self, w: Words) -> Vec<String> {
        let above = self
            .0
            .iter()
            .filter(|(_, grade)| *grade > Grade::SelfSigned);
        above
            .map(|(size, grade)| {
                let grade = w.label("grade", grade.code());
                w.fill("coverage", &[("grade", grade), ("size", size.to_string())])
            })
            .collect()
    }
}

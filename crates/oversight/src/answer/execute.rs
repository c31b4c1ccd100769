//! Carrying out a plan on evidence: the pure core that composing and verifying share.

use super::sources::Sources;
use super::{
    AnswerPart, AnswerSource, Cited, Condition, Demand, PlannedQuestion, Question, Statement,
    Summary,
};
use crate::binding::Bound;
use crate::evidence::View;
use crate::finding::{AnswerKind, Asked, Outcome, Said, Wording, offered, premise};
use crate::inquiry::Outcome as When;
use journal::grade::Grade;
use locales::Language;
use records::RecordId;
use records::body::{Text, Truth};
use std::collections::BTreeMap;

/// Everything in an answer that follows from plan and evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Executed {
    pub(crate) remarks: Vec<Statement>,
    pub(crate) summary: Summary,
    pub(crate) questions: Vec<Question>,
    pub(crate) sources: Vec<AnswerSource>,
}

/// What an earlier demand came to.
#[derive(Debug, Clone, Copy)]
struct Came {
    kind: AnswerKind,
    affirms: Option<Truth>,
}

/// Answers every demand, in order.
pub(crate) fn execute(
    plan: &[PlannedQuestion],
    premises: &[RecordId],
    withheld: u64,
    view: &View,
    language: Language,
) -> Executed {
    let words = Wording::new(language);
    let mut sources = Sources::new(view);
    let asked = Asked::new(view, "", language);
    let corrected = premises.iter().filter_map(|id| premise(&asked, *id));
    let mut remarks: Vec<Statement> = corrected.map(|said| sources.statement(said)).collect();
    if withheld > 0 {
        let text = words.text("withheld-records", &[("count", &withheld.to_string())]);
        remarks.push(Statement {
            text,
            sources: Vec::new(),
        });
    }
    let mut came: BTreeMap<String, Came> = BTreeMap::new();
    let mut questions = Vec::with_capacity(plan.len());
    for planned in plan {
        let mut answers = Vec::with_capacity(planned.demands.len());
        for demand in &planned.demands {
            let asked = Asked::new(view, &demand.key, language);
            let outcome = answer(demand, &came, &asked);
            let result = Came {
                kind: outcome.kind,
                affirms: outcome.affirms,
            };
            came.insert(demand.key.clone(), result);
            answers.push(part(demand, outcome, &mut sources, words));
        }
        questions.push(Question {
            number: planned.number,
            text: planned.text.clone(),
            section: planned.section.clone(),
            sub_items: planned.sub_items.clone(),
            answers,
        });
    }
    let summary = summary(&questions, words);
    Executed {
        remarks,
        summary,
        questions,
        sources: sources.list(words),
    }
}

/// How a condition stands.
enum Standing {
    Holds,
    Fails(&'static str),
    Open,
}

fn standing(condition: &Condition, came: &BTreeMap<String, Came>) -> Standing {
    let Some(before) = came.get(&condition.of) else {
        return Standing::Holds;
    };
    if before.kind == AnswerKind::NotApplicable {
        return Standing::Fails("condition-fell");
    }
    match (before.affirms, condition.on) {
        (Some(Truth::Yes), When::Yes) | (Some(Truth::No), When::No) => Standing::Holds,
        (Some(Truth::Yes), When::No) => Standing::Fails("condition-affirmed"),
        (Some(Truth::No), When::Yes) => Standing::Fails("condition-denied"),
        (Some(Truth::Unknown), When::Yes | When::No) => Standing::Open,
        (Some(Truth::Yes | Truth::No), When::Unknown) => Standing::Fails("condition-known"),
        (Some(Truth::Unknown), When::Unknown) | (None, _) | (_, When::Stated) => Standing::Holds,
    }
}

fn answer(demand: &Demand, came: &BTreeMap<String, Came>, asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    if let Some(condition) = &demand.condition {
        let of = words.demand(&condition.of);
        let of = [("key", of.as_str())];
        match standing(condition, came) {
            Standing::Holds => {}
            Standing::Fails(why) => {
                let mut outcome = Outcome::new(AnswerKind::NotApplicable);
                outcome.say(words.text(why, &of), []);
                return outcome;
            }
            // What is bound may still have something to say; what is not cannot be answered.
            Standing::Open if matches!(demand.bound, Bound::Finding(_)) => {}
            Standing::Open => {
                let mut outcome = Outcome::new(AnswerKind::NotKnown);
                outcome.affirms = Some(Truth::Unknown);
                outcome.say(words.text("condition-open", &of), []);
                return outcome;
            }
        }
    }
    bound(&demand.bound, came, asked)
}

fn bound(bound: &Bound, came: &BTreeMap<String, Came>, asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    let reasoned = |kind: AnswerKind, reason: &Text, more: Option<String>| {
        let mut outcome = Outcome::new(kind);
        if let Some(more) = more {
            outcome.say(more, []);
        }
        outcome.say(words.of(reason), []);
        outcome
    };
    match bound {
        Bound::Finding(finding) => finding.evaluate(asked),
        Bound::Assessment { offered: records } => offered(asked, "assessment", records),
        Bound::Plan { offered: records } => offered(asked, "plan", records),
        Bound::Refers { to } => {
            let mut outcome = Outcome::new(AnswerKind::Refers);
            outcome.affirms = came.get(to).and_then(|before| before.affirms);
            outcome.say(words.text("refers", &[("key", &words.demand(to))]), []);
            outcome
        }
        Bound::OutsideResponsibility { reason } => {
            reasoned(AnswerKind::OutsideResponsibility, reason, None)
        }
        Bound::Classified { level, reason } => {
            let place = words.text("classified", &[("level", level.code())]);
            reasoned(AnswerKind::Classified, reason, Some(place))
        }
        Bound::Refused { reason } => reasoned(AnswerKind::Refused, reason, None),
        Bound::Withheld { reason } => reasoned(AnswerKind::Withheld, reason, None),
        Bound::Unbound {} => {
            let mut outcome = Outcome::new(AnswerKind::Unbound);
            outcome.say(words.text("unbound", &[]), []);
            outcome
        }
    }
}

fn part(
    demand: &Demand,
    outcome: Outcome,
    sources: &mut Sources<'_>,
    words: Wording,
) -> AnswerPart {
    let cited = outcome.cited();
    // Tables cite too: their sources get numbers even where no sentence names them.
    let tabled = outcome.tabled.clone();
    let statements: Vec<Said> = outcome.statements;
    let statements = statements
        .into_iter()
        .map(|said| sources.statement(said))
        .collect();
    let _numbered = sources.of(&tabled);
    AnswerPart {
        key: demand.key.clone(),
        asked: demand.asked.clone(),
        condition: demand.condition.clone(),
        bound: demand.bound.clone(),
        kind: outcome.kind,
        kind_label: words.label("kind", outcome.kind.code()),
        affirms: outcome.affirms,
        statements,
        tables: outcome.tables,
        figures: outcome.figures,
        cited: cited
            .into_iter()
            .filter_map(|record| {
                let known = sources.known(record)?;
                let note = known.record.header.knowledge.note.clone();
                Some(Cited {
                    record,
                    entry: known.entry,
                    grade: known.grade,
                    note,
                })
            })
            .collect(),
    }
}

fn summary(questions: &[Question], words: Wording) -> Summary {
    let mut by_kind = BTreeMap::new();
    for part in questions.iter().flat_map(|question| &question.answers) {
        *by_kind.entry(part.kind).or_insert(0) += 1;
    }
    let by_grade = by_grade(questions);
    let total = questions.len() as u64;
    let main = |question: &&Question| {
        question
            .answers
            .first()
            .is_some_and(|part| part.kind.from_records())
    };
    let answered = questions.iter().filter(main).count() as u64;
    let kinds = AnswerKind::ALL.iter().filter_map(|kind| {
        let count = by_kind.get(kind)?;
        Some(format!("{count} {}", words.label("kind", kind.code())))
    });
    let kinds: Vec<String> = kinds.collect();
    let demands: u64 = by_kind.values().sum();
    let numbers = [
        ("answered", answered.to_string()),
        ("total", total.to_string()),
    ];
    let numbers: Vec<(&str, &str)> = numbers
        .iter()
        .map(|(name, it)| (*name, it.as_str()))
        .collect();
    Summary {
        questions: total,
        answered_from_records: answered,
        by_kind,
        text: [
            words.text("summary", &numbers),
            words.text("summary-definition", &[]),
            words.text(
                "summary-kinds",
                &[
                    ("demands", &demands.to_string()),
                    ("kinds", &kinds.join("; ")),
                ],
            ),
        ]
        .into_iter()
        .chain(by_grade_in_words(&by_grade, words))
        .collect(),
        by_grade,
    }
}

/// The records that answers cite, each once, by who vouches for the entries that hold them.
fn by_grade(questions: &[Question]) -> BTreeMap<Grade, u64> {
    let parts = questions.iter().flat_map(|question| &question.answers);
    let cited = parts.flat_map(|part| part.cited.iter().map(|it| (it.record, it.grade)));
    let mut by_grade = BTreeMap::new();
    for grade in cited.collect::<BTreeMap<RecordId, Grade>>().into_values() {
        *by_grade.entry(grade).or_insert(0) += 1;
    }
    by_grade
}

fn by_grade_in_words(by_grade: &BTreeMap<Grade, u64>, words: Wording) -> Option<String> {
    let grades = by_grade.iter().rev();
    let listed: Vec<String> = grades
        .map(|(grade, count)| format!("{count} {}", words.label("grade", grade.code())))
        .collect();
    let listed = listed.join("; ");
    (!listed.is_empty()).then(|| words.text("summary-grades", &[("grades", &listed)]))
}

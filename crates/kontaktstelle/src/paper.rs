//! From an answer to the document that is set as PDF.

use jiff::civil::Date;
use locales::{Language, label, text};
use oversight::answer::{Answer, AnswerPart, AnswerStatus, Question};
use report::answer as set;
use report::check::LABELS;

/// The answer as the typesetter takes it.
pub(crate) fn document(answer: &Answer) -> set::AnswerDocument {
    let language: Language = answer.lang.into();
    let say = |id: &str, arguments: &[(&str, locales::Value<'_>)]| text(language, id, arguments);
    let labels = LABELS.iter().map(|label| {
        (
            (*label).to_owned(),
            say(&format!("paper-{}", label.replace('_', "-")), &[]),
        )
    });
    set::AnswerDocument {
        lang: language.code().to_owned(),
        labels: labels.collect(),
        draft: (answer.status == AnswerStatus::Draft).then(|| set::Banner {
            short: say("paper-draft-short", &[]),
            text: say("paper-draft", &[]),
        }),
        exercise: answer.exercise.then(|| set::Banner {
            short: say("paper-exercise-short", &[]),
            text: say("paper-exercise", &[]),
        }),
        issuer: say(
            "paper-issuer",
            &[
                (
                    "party",
                    label(language, "party", answer.issuer.party.as_str()).into(),
                ),
                ("node", answer.issuer.node.clone().into()),
            ],
        ),
        title: answer.inquiry.title.clone(),
        subtitle: say(
            "paper-subtitle",
            &[("fraction", answer.inquiry.fraction.clone().into())],
        ),
        reference: say(
            "paper-drucksache",
            &[("number", answer.inquiry.reference.clone().into())],
        ),
        dated: day(language, answer.inquiry.dated),
        askers: answer.inquiry.askers.clone(),
        fraction: answer.inquiry.fraction.clone(),
        generated_at: set::Moment {
            rfc3339: answer.generated_at.to_string(),
            printable: say(
                "paper-moment",
                &[
                    ("day", day(language, answer.generated_at.date()).into()),
                    (
                        "time",
                        answer
                            .generated_at
                            .to_string()
                            .get(11..16)
                            .unwrap_or_default()
                            .to_owned()
                            .into(),
                    ),
                ],
            ),
        },
        position: set::Position {
            log: answer.position.log.clone(),
            size: answer.position.size,
            root: answer.position.root.clone(),
        },
        remarks: answer
            .remarks
            .iter()
            .map(|remark| remark.text.clone())
            .collect(),
        summary: answer.summary.text.clone(),
        sections: sections(answer),
        sources: answer
            .sources
            .iter()
            .map(|source| set::Source {
                number: source.number,
                title: source.title.clone(),
                publisher: source.publisher.clone(),
                dated: source.dated.clone(),
                url: source.locator.clone(),
                entry: None,
            })
            .collect(),
        figures: answer
            .questions
            .iter()
            .flat_map(|question| set_figures(language, question))
            .collect(),
        verification: vec![
            say("paper-verify-file", &[]),
            say("paper-verify-command", &[]),
            say("paper-verify-fingerprint", &[]),
        ],
        fingerprints: fingerprints(answer),
    }
}

/// The questions under their headings, in the order of the paper.
fn sections(answer: &Answer) -> Vec<set::Section> {
    let mut sections: Vec<set::Section> = Vec::new();
    for question in &answer.questions {
        let heading = Some(question.section.clone()).filter(|heading| !heading.is_empty());
        match sections.last_mut() {
            Some(section) if section.heading == heading => {
                section.questions.push(set_question(question))
            }
            _ => sections.push(set::Section {
                heading,
                questions: vec![set_question(question)],
            }),
        }
    }
    sections
}

fn set_question(question: &Question) -> set::Question {
    set::Question {
        number: question.number.to_string(),
        text: question.text.clone(),
        sub_items: question
            .sub_items
            .iter()
            .map(|item| set::SubItem {
                label: format!("{})", item.label),
                text: item.text.clone(),
            })
            .collect(),
        answers: question.answers.iter().map(set_part).collect(),
    }
}

fn set_part(part: &AnswerPart) -> set::AnswerPart {
    let mut notes: Vec<usize> = part
        .statements
        .iter()
        .flat_map(|statement| statement.sources.iter().copied())
        .collect();
    notes.sort_unstable();
    notes.dedup();
    set::AnswerPart {
        key: part.key.clone(),
        kind: part.kind.code().to_owned(),
        kind_label: part.kind_label.clone(),
        text: part
            .statements
            .iter()
            .map(|statement| statement.text.clone())
            .collect(),
        tables: part
            .tables
            .iter()
            .map(|table| set::Table {
                caption: table.caption.clone(),
                header: table.header.clone(),
                rows: table.rows.clone(),
            })
            .collect(),
        notes,
        missing: !part.kind.from_records(),
    }
}

fn set_figures(language: Language, question: &Question) -> impl Iterator<Item = set::Figure> {
    let number = question.number.to_string();
    question
        .answers
        .iter()
        .flat_map(|part| &part.figures)
        .map(move |figure| set::Figure {
            id: figure.id.clone(),
            question: number.clone(),
            label: figure.label.clone(),
            value: figure.value.to_string(),
            definition: figure.definition.clone(),
            log: figure.log.clone(),
            size: figure.size,
            grade: text(
                language,
                &format!("answer-grade-{}", figure.grade.code()),
                &[],
            ),
        })
}

/// What a reader compares with paper: the roots of the keys that the answer rests on.
fn fingerprints(answer: &Answer) -> Vec<set::Fingerprint> {
    let language: Language = answer.lang.into();
    let (proof, _) = answer.evidence.prove(&[]);
    proof
        .manifests
        .iter()
        .map(|manifest| set::Fingerprint {
            label: text(
                language,
                "paper-root-of",
                &[(
                    "party",
                    label(language, "party", manifest.party.as_str()).into(),
                )],
            ),
            value: manifest.fingerprint.to_string(),
        })
        .collect()
}

fn day(language: Language, date: Date) -> String {
    let month = text(language, &format!("paper-month-{}", date.month()), &[]);
    text(
        language,
        "paper-day",
        &[
            ("day", date.day().to_string().into()),
            ("month", month.into()),
            ("year", date.year().to_string().into()),
        ],
    )
}
